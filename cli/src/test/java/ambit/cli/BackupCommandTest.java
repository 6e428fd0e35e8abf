package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups that are damaged, cut off, of something else, or under another passphrase: one error, and nothing is changed. */
final class BackupCommandTest {
    private static final byte[] CANARY = "canary-of-the-core".getBytes(StandardCharsets.UTF_8);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @BeforeEach
    void aLogAndASecret() throws IOException {
        new TestLog(directory).close();
        Files.write(directory.resolve(".ambit/core/canary"), CANARY);
    }

    /** What it says on standard error; it must exit so. */
    private String said(int exit, String passphrase, String... arguments) {
        Shell shell = new Shell(directory, Map.of("AMBIT_PASSPHRASE", passphrase));
        int exited = shell.run(arguments);
        assertThat(exited).as(shell.err()).isEqualTo(exit);
        return shell.err();
    }

    private static boolean holds(byte[] bytes, byte[] wanted) {
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    private long entriesOfTheDirectory() throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.count();
        }
    }

    @Test
    void aChangedByteAnywhereIsFoundAndNothingIsChanged() throws IOException {
        for (String passphrase : new String[] {"", "correct horse"}) {
            Path file = directory.resolve("b" + passphrase.length());
            String[] backup = passphrase.isEmpty()
                    ? new String[] {"backup", file.toString()}
                    : new String[] {"backup", "--passphrase", file.toString()};
            said(0, passphrase, backup);
            byte[] good = Files.readAllBytes(file);
            assertThat(holds(good, CANARY)).isEqualTo(passphrase.isEmpty());
            long before = entriesOfTheDirectory();
            for (int at = 0; at < good.length; at += 1 + good.length / (passphrase.isEmpty() ? 40 : 4)) {
                byte[] bad = good.clone();
                bad[at] ^= 4;
                Files.write(file, bad);
                refused(passphrase, file);
                Files.write(file, Arrays.copyOf(good, at));
                refused(passphrase, file);
            }
            Files.write(file, Arrays.copyOf(good, good.length + 1));
            refused(passphrase, file);
            Files.write(file, good);
            assertThat(entriesOfTheDirectory()).isEqualTo(before);
            said(0, passphrase, "restore", "--check", file.toString());
            if (!passphrase.isEmpty()) {
                assertThat(said(1, "wrong", "restore", "--check", file.toString()))
                        .contains("not opened by this passphrase");
            }
        }
    }

    private void refused(String passphrase, Path file) {
        assertThat(said(1, passphrase, "restore", "--replace", "--accept-loss", file.toString()))
                .contains("nothing was changed")
                .doesNotContain("should not have happened");
    }

    @Test
    void onAMachineThatNeverSawTheLogItIsPutBackOnlyWhereALossIsAccepted() throws IOException {
        Path file = directory.resolve("b");
        said(0, "", "backup", file.toString());
        assertThat(said(2, "", "backup", file.toString())).contains("is there already");
        Path state = directory.resolve(".ambit");
        Files.move(state, directory.resolve("lost"));
        assertThat(said(2, "", "restore", file.toString())).contains("--accept-loss");
        assertThat(state.resolve("core")).doesNotExist();
        assertThat(state.resolve("restoring")).doesNotExist();
        said(0, "", "restore", "--accept-loss", file.toString());
        assertThat(state.resolve("core/canary")).hasBinaryContent(CANARY);
        assertThat(state.resolve("restored")).exists();
        assertThat(state.resolve("restoring")).doesNotExist();
    }

    @Test
    void whatWasBrokenOffInItsMidstIsFinishedAndNothingElseIsDoneUntilThen() throws IOException {
        Path file = directory.resolve("b");
        said(0, "", "backup", file.toString());
        Path state = directory.resolve(".ambit");
        Path fresh = Files.createDirectories(state.resolve("restoring/new/core"));
        Files.writeString(fresh.resolve("canary"), "of the backup");
        Files.copy(directory.resolve("ambit.yaml"), state.resolve("restoring/ambit.yaml"));
        for (String[] command : new String[][] {
            {"up"}, {"backup", directory.resolve("c").toString()}, {"restore", "--replace", file.toString()}
        }) {
            assertThat(said(5, "", command)).contains("'ambit restore --finish'");
        }
        assertThat(state.resolve("core/canary")).hasBinaryContent(CANARY);
        said(0, "", "restore", "--finish");
        assertThat(state.resolve("core/canary")).hasContent("of the backup");
        try (Stream<Path> before = Files.list(state).filter(it -> it.toString().contains("before-"))) {
            assertThat(before.toList())
                    .singleElement()
                    .satisfies(it -> assertThat(it.resolve("core/canary")).hasBinaryContent(CANARY));
        }
        assertThat(said(2, "", "restore", "--finish")).contains("no restore was broken off");
    }

    @Test
    void memoryInADatabaseIsNotInItAndBothCommandsSaySo() throws IOException {
        Files.writeString(directory.resolve("ambit.yaml"), """

                memory:
                  may: [alice]
                  remembers: {user/notes: read-write}
                  store: {at: "postgresql://db.example:5432/ambit?sslmode=verify-full", user: ambit, credential: "file:secrets/db"}
                """, StandardOpenOption.APPEND);
        Path file = directory.resolve("b");
        assertThat(said(0, "", "backup", file.toString()))
                .contains("db.example")
                .contains("run pg_dump on that");
        assertThat(said(0, "", "restore", "--replace", "--accept-loss", file.toString()))
                .contains("db.example")
                .contains("what pg_dump wrote");
    }
}
