package ambit.drivers.memory;

import static ambit.drivers.memory.World.READ;
import static ambit.drivers.memory.World.WRITE;
import static ambit.drivers.memory.World.assertRefused;
import static ambit.drivers.memory.World.faq;
import static ambit.drivers.memory.World.notes;
import static ambit.drivers.memory.World.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.drivers.DriverFailure;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.Verdict;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Every version is kept, knows where it came from, and can be brought back. */
@ParameterizedClass
@EnumSource
@Timeout(120)
class VersionsTest {
    @Parameter
    Engine engine;

    @TempDir
    Path directory;

    private String place;
    private World world;

    @BeforeEach
    void open() throws DriverFailure {
        place = engine.fresh(directory);
        world = new World(Engine.open(place));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private World.Context writer() throws DriverFailure {
        return world.begin(notes(READ | WRITE));
    }

    @Test
    void everyVersionIsKeptAndTheLastOneCounts() throws DriverFailure {
        for (int i = 1; i <= 3; i++) {
            assertThat(writer().write("user/notes/a", Integer.toString(i)).commit())
                    .containsExactly(Verdict.committed("user/notes/a", i));
        }
        Json history = writer().tool("history", "{\"key\":\"user/notes/a\"}");
        assertThat(text(history, "head")).isEqualTo("3");
        assertThat(text(history, "versions")).isEqualTo("3 items");
        assertThat(text(history, "versions", 2, "version")).isEqualTo("1");
        assertThat(text(history, "versions", 0, "writer", "agent")).isEqualTo("scribe");
        assertThat(writer().read("user/notes/a")).isEqualTo("3");
    }

    @Test
    void anEarlierVersionComesBackAsANewOne() throws DriverFailure {
        writer().write("user/notes/a", "\"first\"").commit();
        writer().write("user/notes/a", "\"second\"").commit();
        World.Context context = writer();
        context.tool("restore", "{\"key\":\"user/notes/a\",\"version\":1}");
        assertThat(context.commit()).containsExactly(Verdict.committed("user/notes/a", 3));
        assertThat(writer().read("user/notes/a")).isEqualTo("\"first\"");
        assertRefused(
                () -> world.begin(notes(READ)).tool("restore", "{\"key\":\"user/notes/a\",\"version\":1}"),
                Denial.READ_ONLY);
        assertRefused(
                () -> world.begin(notes(READ | World.APPEND))
                        .tool("restore", "{\"key\":\"user/notes/a\",\"version\":1}"),
                Denial.READ_ONLY);
        assertThat(text(writer().tool("restore", "{\"key\":\"user/notes/a\",\"version\":9}")))
                .isEqualTo("null");
    }

    @Test
    void anEntryNamesItsWriterAndWhatItsWriterHadSeenBefore() throws DriverFailure {
        world.begin("t-other", World.BEN, faq(READ | WRITE))
                .write("tenant/faq/q", "\"42\"")
                .commit();
        World.Context context = world.begin("t-x", World.ANNA, notes(READ | WRITE), faq(READ));
        context.write("user/notes/before", "1");
        context.read("tenant/faq/q");
        context.memory().chunks().retrieved(World.name("chunk"), "text", 1);
        context.memory().called(7, "web.fetch", Trust.TOOL);
        context.write("user/notes/after", "2");
        context.commit();
        World.Context reader = world.begin(notes(READ), faq(READ));
        Json before = reader.tool("provenance", "{\"key\":\"user/notes/before\"}");
        assertThat(text(before, "trust")).isEqualTo("user");
        assertThat(text(before, "sources")).isEqualTo("0 items");
        assertThat(text(before, "tools")).isEqualTo("0 items");
        Json after = reader.tool("provenance", "{\"key\":\"user/notes/after\"}");
        assertThat(text(after, "trust")).isEqualTo("tool");
        assertThat(text(after, "mapped")).isEqualTo("user");
        assertThat(text(after, "writer", "transaction")).isEqualTo("t-x");
        assertThat(text(after, "writer", "principal")).isEqualTo(World.ANNA.toHex());
        assertThat(text(after, "writer", "chain")).isEqualTo(World.name("chain").toHex());
        assertThat(text(after, "sources", 0, "key")).isEqualTo("tenant/faq/q");
        assertThat(text(after, "sources", 0, "transaction")).isEqualTo("t-other");
        assertThat(text(after, "chunks", 0)).isEqualTo(World.name("chunk").toHex());
        assertThat(text(after, "tools", 0, "capability")).isEqualTo("web.fetch");
        assertThat(text(after, "tools", 0, "sequence")).isEqualTo("7");
        Json unmapped = world.begin(notes(READ)).tool("provenance", "{\"key\":\"user/notes/after\"}");
        assertThat(text(unmapped, "sources", 0, "key"))
                .as("what is not mapped has no name")
                .isEqualTo("null");
    }

    @Test
    void anInheritedEntryCarriesItsLabelAndWhatIsMadeOfItToo() throws DriverFailure {
        world.begin("t-old", World.ANNA).write("result", "\"from before\"").commit();
        MapEntry inherited = new MapEntry(
                "inherited/result",
                World.name("partition own of t-old"),
                World.name("key own of t-old"),
                READ,
                "result",
                0,
                List.of());
        World.Context heir = world.begin("t-new", World.ANNA, inherited, notes(READ | WRITE));
        assertThat(heir.read("inherited/result")).isEqualTo("\"from before\"");
        Json provenance = heir.tool("provenance", "{\"key\":\"inherited/result\"}");
        assertThat(text(provenance, "trust")).isEqualTo("inherited");
        assertThat(text(provenance, "writer", "transaction")).isEqualTo("t-old");
        heir.write("user/notes/made-of-it", "1").commit();
        Json made = writer().tool("provenance", "{\"key\":\"user/notes/made-of-it\"}");
        assertThat(text(made, "trust")).isEqualTo("inherited");
        assertThat(text(writer().tool("list", "{}"), "entries", 0, "trust")).isEqualTo("inherited");
    }

    @Test
    void theListShowsWhatIsMappedForReadingAndNothingElse() throws DriverFailure {
        writer().write("user/notes/b", "1").write("user/notes/a/x", "12").commit();
        world.begin(faq(READ | WRITE)).write("tenant/faq/q", "1").commit();
        World.Context context = world.begin(notes(READ), faq(WRITE)).write("draft", "1");
        Json list = context.tool("list", "{}");
        assertThat(text(list, "entries")).isEqualTo("2 items");
        assertThat(text(list, "entries", 0, "key")).isEqualTo("user/notes/a/x");
        assertThat(text(list, "entries", 0, "version")).isEqualTo("1");
        assertThat(text(list, "entries", 0, "size")).isEqualTo("5");
        assertThat(text(list, "staged", 0, "key")).isEqualTo("draft");
        assertThat(text(context.tool("list", "{\"prefix\":\"user/notes/a\"}"), "entries"))
                .isEqualTo("1 items");
        assertThat(text(context.tool("list", "{\"after\":\"user/notes/a/x\"}"), "entries", 0, "key"))
                .isEqualTo("user/notes/b");
        assertRefused(() -> context.tool("list", "{\"namespace\":\"tenant/faq\"}"), Denial.NOT_MAPPED);
        assertRefused(() -> context.tool("list", "{\"tenant\":\"other\"}"), Denial.ARGUMENT_NOT_NAMED);
        assertRefused(() -> context.tool("history", "{\"key\":\"tenant/faq/q\"}"), Denial.NOT_MAPPED);
        assertRefused(() -> context.tool("drop", "{}"), Denial.UNKNOWN_TOOL);
    }

    @Test
    void aChangedOriginIsNoticed() throws Exception {
        writer().write("user/notes/a", "1").commit();
        try (Connection connection = Engine.raw(place);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE entry_version SET agent = 'somebody-else'");
        }
        assertThatThrownBy(() -> writer().tool("provenance", "{\"key\":\"user/notes/a\"}"))
                .hasMessageContaining("changed on disk");
    }

    @Test
    void ofManyWhoWriteOneKeyAtOnceEachVersionHasOne() throws Exception {
        int writers = 8;
        List<World.Context> contexts = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            contexts.add(world.begin(notes(READ | WRITE))
                    .write("user/notes/one", Integer.toString(i))
                    .write("user/notes/own-" + i, "1"));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            List<Future<List<Verdict>>> all = new ArrayList<>();
            for (World.Context context : contexts) {
                all.add(threads.submit(() -> context.memory().commit()));
            }
            int won = 0;
            for (Future<List<Verdict>> each : all) {
                List<Verdict> verdicts = each.get();
                assertThat(verdicts.get(1).committed()).isTrue();
                won += verdicts.getFirst().committed() ? 1 : 0;
            }
            assertThat(won).isEqualTo(1);
        }
        assertThat(text(writer().tool("history", "{\"key\":\"user/notes/one\"}"), "versions"))
                .isEqualTo("1 items");
    }

    @Test
    void aPartitionMayKeepSoManyTimesItsQuotaInOldVersions() throws DriverFailure {
        MapEntry small = new MapEntry(
                "user/notes/",
                World.name("partition anna/notes"),
                World.name("key anna/notes"),
                READ | WRITE,
                "",
                10,
                List.of());
        int committed = 0;
        while (world.begin(small)
                .write("user/notes/a", "123456789")
                .commit()
                .getFirst()
                .committed()) {
            committed++;
        }
        assertThat(committed)
                .as("10 bytes each, and what is kept of where they came from")
                .isBetween(10, 63);
    }

    @Test
    void aSecondCommitGivesTheFirstOnesVerdictsAlsoOnAnotherConnection() throws DriverFailure {
        World.Context context =
                world.begin("t-twice", World.ANNA, notes(READ | WRITE)).write("user/notes/a", "1");
        List<Verdict> first = context.commit();
        assertThat(world.driver.wasCommitted("t-twice")).isTrue();
        assertThat(world.driver.wasCommitted("t-never")).isFalse();
        try (World again = new World(Engine.open(place))) {
            assertThat(again.begin("t-twice", World.ANNA, notes(READ | WRITE)).commit())
                    .isEqualTo(first);
        }
    }

    @Test
    void verdictsAreKeptForThirtyDaysAndTheCommitForEver() throws DriverFailure {
        World.Context context =
                world.begin("t-old", World.ANNA, notes(READ | WRITE)).write("user/notes/a", "1");
        context.commit();
        world.now.addAndGet(MemoryStore.VERDICTS_KEPT_MS - 1);
        assertThat(world.driver.sweep()).isZero();
        assertThat(world.begin("t-old", World.ANNA, notes(READ | WRITE)).commit())
                .hasSize(1);
        world.now.addAndGet(1);
        assertThat(world.driver.sweep()).isZero();
        assertThat(world.begin("t-old", World.ANNA, notes(READ | WRITE)).commit())
                .isEmpty();
        assertThat(world.driver.wasCommitted("t-old")).isTrue();
    }

    @Test
    void whatHasExpiredIsNotSeenBeforeItIsDestroyedEither() throws DriverFailure {
        world.begin(notes(READ | WRITE, "{\"lifetime-seconds\":1}"))
                .write("user/notes/brief", "\"brief\"")
                .commit();
        world.now.addAndGet(5_000);
        World.Context context = writer();
        World.assertRefused(
                () -> context.tool("restore", "{\"key\":\"user/notes/brief\",\"version\":1}"), Denial.CONSTRAINT);
        String which = "{\"key\":\"user/notes/brief\",\"version\":1}";
        assertThat(text(context.tool("provenance", which), "state")).isEqualTo("expired");
        Json history = context.tool("history", "{\"key\":\"user/notes/brief\"}");
        assertThat(text(history, "versions", 0, "state")).isEqualTo("expired");
        assertThat(text(history, "versions", 0, "size")).isEqualTo("0");
    }
}
