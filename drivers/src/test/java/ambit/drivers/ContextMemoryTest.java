package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.drivers.memory.SqliteDatabase;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.DriverToBroker.Failed;
import ambit.wire.Verdict;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 7: memory is transactional, and what is not mapped does not exist. Real SQLite throughout. */
class ContextMemoryTest {
    private static final Blob NOTES = Kernel.random(32);
    private static final Blob NOTES_KEY = Kernel.random(32);

    @TempDir
    Path directory;

    private Kernel kernel;

    @BeforeEach
    void open() throws IOException, DriverFailure {
        kernel = new Kernel(directory, Map.of());
    }

    @AfterEach
    void close() {
        kernel.close();
    }

    private static MapEntry own() {
        return new MapEntry("", Kernel.random(32), Kernel.random(32), 3, "", 1 << 20, List.of());
    }

    private static MapEntry notes(int rights) {
        return notes(rights, 1 << 20);
    }

    private static MapEntry notes(int rights, long quota) {
        return new MapEntry("user/notes/", NOTES, NOTES_KEY, rights, "", quota, List.of());
    }

    private DriverToBroker read(Blob context, String key) {
        return kernel.execute(kernel.order(context, "memory", "{\"key\":\"" + key + "\"}")
                .driver("memory")
                .syscall(2));
    }

    private DriverToBroker write(Blob context, String key, String value) {
        String params = "{\"key\":\"" + key + "\",\"value\":" + value + "}";
        return kernel.execute(
                kernel.order(context, "memory", params).driver("memory").syscall(3));
    }

    private String value(Blob context, String key) {
        DriverToBroker reply = read(context, key);
        assertThat(reply).isInstanceOf(Done.class);
        Done done = (Done) reply;
        String json = new String(done.result().toArray(), StandardCharsets.UTF_8);
        return done.status() == 404 ? "absent " + json : json;
    }

    private void put(Blob context, String key, String value) {
        assertThat(write(context, key, value)).isInstanceOf(Done.class);
    }

    private static void assertFailed(DriverToBroker reply, Denial code) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Failed.class, it -> assertThat(it.code()).isEqualTo(code));
    }

    @Test
    void aContextSeesItsOwnWritesAndNobodyElseDoesUntilTheCommit() throws DriverFailure {
        Blob writer = kernel.context(own(), notes(3));
        Blob reader = kernel.context(own(), notes(1));
        assertThat(value(writer, "user/notes/a")).isEqualTo("absent null");
        put(writer, "user/notes/a", "{\"b\": 1, \"a\": [1.50, \"é\"]}");
        assertThat(value(writer, "user/notes/a")).isEqualTo("{\"a\":[1.5,\"é\"],\"b\":1}");
        assertThat(value(reader, "user/notes/a")).isEqualTo("absent null");
        assertThat(kernel.contexts.commit(writer)).containsExactly(Verdict.committed("user/notes/a", 1));
        assertThat(value(reader, "user/notes/a")).isEqualTo("{\"a\":[1.5,\"é\"],\"b\":1}");
    }

    @Test
    void whatIsDroppedLeavesNothing() throws DriverFailure {
        Blob writer = kernel.context(notes(3));
        put(writer, "user/notes/a", "1");
        kernel.contexts.drop(writer);
        assertThat(value(kernel.context(notes(1)), "user/notes/a")).isEqualTo("absent null");
        assertFailed(read(writer, "user/notes/a"), Denial.CONTEXT_ENDED);
    }

    @Test
    void ownPartitionsOfTwoContextsAreApart() throws DriverFailure {
        Blob one = kernel.context(own());
        Blob two = kernel.context(own());
        put(one, "a/b", "1");
        kernel.contexts.commit(one);
        assertThat(value(two, "a/b")).isEqualTo("absent null");
    }

    @Test
    void theSecondOfTwoContextsThatChangeAKeyConflictsAndItsOtherKeysCommit() throws DriverFailure {
        Blob one = kernel.context(notes(3));
        Blob two = kernel.context(notes(3));
        value(two, "user/notes/shared");
        put(one, "user/notes/shared", "\"one\"");
        put(two, "user/notes/shared", "\"two\"");
        put(two, "user/notes/alone", "\"two\"");
        String transaction = "tx-" + two.toHex();
        assertThat(kernel.contexts.wasCommitted(transaction)).isFalse();
        assertThat(kernel.contexts.commit(one)).containsExactly(Verdict.committed("user/notes/shared", 1));
        assertThat(kernel.contexts.commit(two))
                .containsExactly(
                        Verdict.dropped("user/notes/shared", Denial.CONFLICT),
                        Verdict.committed("user/notes/alone", 1));
        assertThat(kernel.contexts.wasCommitted(transaction)).isTrue();
        assertThat(value(kernel.context(notes(1)), "user/notes/shared")).isEqualTo("\"one\"");
    }

    @Test
    void aChangeAfterTheFirstReadConflictsEvenIfTheKeyIsReadAgain() throws DriverFailure {
        Blob slow = kernel.context(notes(3));
        value(slow, "user/notes/a");
        Blob quick = kernel.context(notes(3));
        put(quick, "user/notes/a", "1");
        kernel.contexts.commit(quick);
        assertThat(value(slow, "user/notes/a")).isEqualTo("1");
        put(slow, "user/notes/a", "2");
        assertThat(kernel.contexts.commit(slow)).containsExactly(Verdict.dropped("user/notes/a", Denial.CONFLICT));
    }

    @Test
    void aSecondCommitAnswersTheSameAlsoAfterARestart() throws Exception {
        Blob context = Kernel.random(16);
        MapEntry home = own();
        kernel.offer(home, notes(3));
        CoreToDriver.MapContext map = new CoreToDriver.MapContext(
                context,
                "tx-1",
                "acme",
                Kernel.PRINCIPAL,
                Kernel.CHAIN,
                "notes",
                Kernel.random(32),
                List.of(home, notes(3)));
        kernel.contexts.map(map);
        put(context, "user/notes/a", "1");
        List<Verdict> first = kernel.contexts.commit(context);
        assertThat(kernel.contexts.commit(context)).isEqualTo(first);
        kernel.close();
        open();
        kernel.offer(home, notes(3));
        kernel.contexts.map(map);
        assertThat(kernel.contexts.commit(context)).isEqualTo(first);
        assertThat(value(kernel.context(notes(1)), "user/notes/a")).isEqualTo("1");
    }

    @Test
    void whatIsNotMappedIsNotThere() throws DriverFailure {
        Blob context = kernel.context(own(), notes(1));
        assertFailed(read(context, "user/other/a"), Denial.NOT_MAPPED);
        assertFailed(read(context, "user"), Denial.NOT_MAPPED);
        assertFailed(write(context, "inherited/x", "1"), Denial.NOT_MAPPED);
        assertFailed(write(context, "user/notes/a", "1"), Denial.READ_ONLY);
        assertFailed(read(kernel.context(notes(2)), "user/notes/a"), Denial.NOT_MAPPED);
        assertFailed(read(kernel.context(), "a"), Denial.NOT_MAPPED);
    }

    @Test
    void anInheritedKeyIsThatOneKeyOfItsPartition() throws DriverFailure {
        Blob parent = kernel.context(notes(3));
        put(parent, "user/notes/result", "42");
        put(parent, "user/notes/secret", "43");
        kernel.contexts.commit(parent);
        Blob heir =
                kernel.context(own(), new MapEntry("inherited/result", NOTES, NOTES_KEY, 1, "result", 0, List.of()));
        assertThat(value(heir, "inherited/result")).isEqualTo("42");
        assertFailed(read(heir, "inherited/secret"), Denial.NOT_MAPPED);
        assertFailed(read(heir, "inherited/result/x"), Denial.NOT_MAPPED);
        assertFailed(write(heir, "inherited/result", "1"), Denial.READ_ONLY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "a/../b",
                "user/notes/../x",
                "a\\u0000b",
                "a\\nb",
                "e\\u0301",
                "a\\u2028b"
            })
    void aKeyHasOneSpellingAndClimbsNowhere(String key) throws DriverFailure {
        assertFailed(read(kernel.context(own()), key), Denial.MALFORMED);
    }

    @Test
    void keysAndValuesHaveLimits() throws DriverFailure {
        Blob context = kernel.context(own());
        put(context, "k".repeat(512), "1");
        assertFailed(read(context, "k".repeat(513)), Denial.MALFORMED);
        assertFailed(read(context, "é".repeat(257)), Denial.MALFORMED);
        put(context, "v", "\"" + "x".repeat((256 << 10) - 2) + "\"");
        assertFailed(write(context, "v", "\"" + "x".repeat((256 << 10) - 1) + "\""), Denial.TOO_LARGE);
    }

    @Test
    void nothingButKeyAndValueMayBeAsked() throws DriverFailure {
        Blob context = kernel.context(own());
        String params = "{\"key\":\"a\",\"context\":\"b\"}";
        assertFailed(
                kernel.execute(
                        kernel.order(context, "memory", params).driver("memory").syscall(2)),
                Denial.MALFORMED);
    }

    @Test
    void stagingEndsAtTheQuota() throws DriverFailure {
        Blob context = kernel.context(notes(3, 10));
        put(context, "user/notes/a", "12345");
        assertFailed(write(context, "user/notes/b", "12345"), Denial.QUOTA);
        put(context, "user/notes/a", "123456789");
        assertFailed(write(context, "user/notes/a", "1234567890"), Denial.QUOTA);
    }

    @Test
    void theQuotaCountsWhatOthersCommitted() throws DriverFailure {
        Blob one = kernel.context(notes(3, 10));
        Blob two = kernel.context(notes(3, 10));
        put(one, "user/notes/a", "12345");
        put(two, "user/notes/b", "12345");
        kernel.contexts.commit(one);
        assertThat(kernel.contexts.commit(two)).containsExactly(Verdict.dropped("user/notes/b", Denial.QUOTA));
    }

    @Test
    void theFileShowsNeitherNamesNorValues() throws Exception {
        Blob context = kernel.context(notes(3));
        put(context, "user/notes/telltale-name", "\"telltale-value\"");
        kernel.contexts.commit(context);
        kernel.close();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .doesNotContain("telltale");
            }
        }
        open();
    }

    @Test
    void anEntryThatWasMovedToAnotherPlaceOrAnotherKeyDoesNotOpen() throws Exception {
        Blob context = kernel.context(notes(3));
        put(context, "user/notes/a", "1");
        put(context, "user/notes/b", "2");
        kernel.contexts.commit(context);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("memory.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE entry_version SET value_box = (SELECT max(value_box) FROM entry_version)");
        }
        Blob reader = kernel.context(notes(1));
        List<DriverToBroker> replies = List.of(read(reader, "user/notes/a"), read(reader, "user/notes/b"));
        assertThat(replies).hasAtLeastOneElementOfType(Failed.class);
        replies.stream()
                .filter(Failed.class::isInstance)
                .forEach(reply -> assertThat(((Failed) reply).sentence()).contains("does not open", "backup"));
    }

    @Test
    void aWrongDataKeyIsRefusedWhenItIsMapped() throws DriverFailure {
        Blob context = kernel.context(notes(3));
        put(context, "user/notes/a", "1");
        kernel.contexts.commit(context);
        MapEntry wrong = new MapEntry("user/notes/", NOTES, Kernel.random(32), 3, "", 1 << 20, List.of());
        assertThatThrownBy(() -> kernel.context(wrong))
                .isInstanceOf(DriverFailure.class)
                .hasMessageContaining("'user/notes' was written with another key")
                .hasMessageContaining("from one backup");
    }

    @Test
    void aFullDiskFailsTheCommitWholeAndItCanBeRepeated() throws Exception {
        Blob context = kernel.context(notes(3));
        put(context, "user/notes/small", "1");
        for (int i = 0; i < 3; i++) {
            put(context, "user/notes/" + i, "\"" + "x".repeat(200_000) + "\"");
        }
        kernel.database.limitPages(20);
        assertThatThrownBy(() -> kernel.contexts.commit(context))
                .isInstanceOf(DriverFailure.class)
                .hasMessageContaining("disk is full")
                .hasMessageContaining("memory.db");
        assertThat(count("entry_version")).isZero();
        assertThat(count("committed")).isZero();
        kernel.database.limitPages(1_000_000);
        assertThat(kernel.contexts.commit(context)).hasSize(4).allMatch(Verdict::committed);
    }

    @Test
    void memorysToolsAreCalledLikeAnyOtherAndPinnedLikeAnyOther() throws DriverFailure {
        Blob context = kernel.context(notes(3));
        put(context, "user/notes/a", "1");
        kernel.contexts.commit(context);
        Blob reader = kernel.context(notes(1));
        Kernel.Order list = kernel.order(reader, "memory.list", "{}").driver("memory");
        assertThat(kernel.execute(list)).isInstanceOfSatisfying(Done.class, done -> {
            assertThat(new String(done.result().toArray(), StandardCharsets.UTF_8))
                    .contains("\"key\":\"user/notes/a\"");
        });
        Kernel.Order pinned = kernel.order(reader, "memory.list", "{}")
                .driver("memory")
                .definition(MemoryEffects.tools().getFirst().hash());
        assertThat(kernel.execute(pinned)).isInstanceOf(Done.class);
        Kernel.Order changed =
                kernel.order(reader, "memory.list", "{}").driver("memory").definition(Kernel.random(32));
        assertFailed(kernel.execute(changed), Denial.TOOL_CHANGED);
        assertFailed(kernel.execute(kernel.order(reader, "memory.list", "{}")), Denial.UNKNOWN_TOOL);
    }

    private long count(String table) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("memory.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
            return row.getLong(1);
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsNamed() throws IOException {
        Path file = directory.resolve("other.db");
        Files.writeString(file, "this is not a database at all, ".repeat(100));
        assertThatThrownBy(() -> SqliteDatabase.open(file))
                .isInstanceOf(DriverFailure.class)
                .hasMessageContaining("other.db")
                .hasMessageContaining("damaged");
    }

    @Test
    void aDamagedPageIsReportedAndNotReadAsNothing() throws Exception {
        Blob context = kernel.context(notes(3));
        for (int i = 0; i < 200; i++) {
            put(context, "user/notes/" + i, "\"" + "x".repeat(1000) + "\"");
        }
        kernel.contexts.commit(context);
        kernel.close();
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("memory.db").toFile(), "rw")) {
            for (long at = 20 * 4096; at < file.length(); at += 4096) {
                file.seek(at);
                file.write(new byte[64]);
            }
        }
        open();
        Blob reader = kernel.context(notes(1));
        assertThat(read(reader, "user/notes/7"))
                .isInstanceOfSatisfying(
                        Failed.class, it -> assertThat(it.sentence()).contains("damaged"));
    }

    @Test
    void aFileOfTheFirstSchemaIsRefused() throws Exception {
        Path file = directory.resolve("old.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT");
            statement.execute("INSERT INTO schema_version (version) VALUES (1)");
        }
        assertThatThrownBy(() -> SqliteDatabase.open(file))
                .isInstanceOf(DriverFailure.class)
                .hasMessageContaining("old.db was written by an earlier Ambit (schema 1)")
                .hasMessageContaining("move the file away");
    }

    @Test
    void aNewerFileIsRefused() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("memory.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE schema_version SET version = 99");
        }
        kernel.close();
        assertThatThrownBy(this::open).hasMessageContaining("newer Ambit").hasMessageContaining("99");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("memory.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE schema_version SET version = 3");
        }
        open();
    }
}
