package ambit.drivers.memory;

import static ambit.drivers.memory.World.READ;
import static ambit.drivers.memory.World.WRITE;
import static ambit.drivers.memory.World.faq;
import static ambit.drivers.memory.World.notes;
import static ambit.drivers.memory.World.text;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.drivers.DriverFailure;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** After a poisoning: everything that one transaction wrote, and what was derived from it, is taken back. */
@ParameterizedClass
@EnumSource
@Timeout(120)
class UndoTest {
    @Parameter
    Engine engine;

    @TempDir
    Path directory;

    private World world;

    @BeforeEach
    void open() throws DriverFailure {
        world = new World(Engine.open(engine.fresh(directory)));
        world.begin("t-good", World.ANNA, notes(READ | WRITE))
                .write("user/notes/a", "\"good\"")
                .write("user/notes/clean", "\"clean\"")
                .commit();
        world.begin("t-bad", World.ANNA, notes(READ | WRITE))
                .write("user/notes/a", "\"poison\"")
                .write("user/notes/fresh", "\"poison\"")
                .commit();
    }

    @AfterEach
    void close() {
        world.close();
    }

    /** Whoever may undo, with nothing but its own partition mapped. */
    private Json undo(String transaction) throws DriverFailure {
        return world.begin().tool("undo", "{\"transaction\":\"" + transaction + "\"}");
    }

    private String read(String key) throws DriverFailure {
        return world.begin(notes(READ), faq(READ)).read(key);
    }

    @Test
    void headsGoBackToTheVersionBeforeOrVanish() throws DriverFailure {
        Json undone = undo("t-bad");
        assertThat(text(undone, "count")).isEqualTo("2");
        assertThat(read("user/notes/a")).isEqualTo("\"good\"");
        assertThat(read("user/notes/fresh")).isEqualTo("absent");
        assertThat(read("user/notes/clean")).isEqualTo("\"clean\"");
        assertThat(world.begin(notes(READ | WRITE)).write("user/notes/a", "3").commit())
                .as("versions only grow")
                .containsExactly(Verdict.committed("user/notes/a", 3));
    }

    @Test
    void aDryRunChangesNothingAndSaysTheSame() throws DriverFailure {
        World.Context context = world.begin(notes(READ));
        Json said = context.tool("undo", "{\"transaction\":\"t-bad\",\"dry-run\":true}");
        assertThat(read("user/notes/a")).isEqualTo("\"poison\"");
        Json done = context.tool("undo", "{\"transaction\":\"t-bad\"}");
        assertThat(World.at(said, "undone")).isEqualTo(World.at(done, "undone"));
        assertThat(text(done, "undone", 0, "head", "before")).isNotEqualTo(text(done, "undone", 0, "head", "after"));
    }

    @Test
    void whatWasDerivedGoesTooWithItsPath() throws DriverFailure {
        World.Context second = world.begin("t-second", World.ANNA, notes(READ), faq(READ | WRITE));
        second.write("tenant/faq/before", "\"not derived\"");
        second.read("user/notes/a");
        second.write("tenant/faq/after", "\"derived\"").commit();
        World.Context third = world.begin("t-third", World.BEN, faq(READ | WRITE));
        third.read("tenant/faq/after");
        third.write("tenant/faq/third", "\"derived from derived\"").commit();
        World.Context innocent = world.begin("t-innocent", World.BEN, faq(READ | WRITE));
        innocent.read("tenant/faq/before");
        innocent.write("tenant/faq/innocent", "\"innocent\"").commit();
        Json undone = world.begin(faq(READ)).tool("undo", "{\"transaction\":\"t-bad\"}");
        assertThat(text(undone, "count")).isEqualTo("4");
        assertThat(read("tenant/faq/after")).isEqualTo("absent");
        assertThat(read("tenant/faq/third")).isEqualTo("absent");
        assertThat(read("tenant/faq/before")).isEqualTo("\"not derived\"");
        assertThat(read("tenant/faq/innocent")).isEqualTo("\"innocent\"");
        Json last = World.at(undone, "undone", 3);
        assertThat(text(last, "key")).isEqualTo("tenant/faq/third");
        assertThat(text(last, "path")).isEqualTo("2 items");
        assertThat(text(last, "path", 0, "transaction")).isEqualTo("t-bad");
        assertThat(text(last, "path", 0, "key"))
                .as("not mapped, so without a name")
                .isEqualTo("null");
        assertThat(text(last, "path", 1, "key")).isEqualTo("tenant/faq/after");
    }

    @Test
    void whatAChildWroteIsItsParentsAndWhatAParentReadReachesTheChild() throws DriverFailure {
        World.Context parent = world.begin("t-p", World.ANNA, notes(READ | WRITE));
        parent.read("user/notes/a");
        World.Context child = world.begin("t-p.1", World.ANNA, faq(READ | WRITE));
        child.write("tenant/faq/told", "\"by the parent\"").commit();
        parent.commit();
        assertThat(text(undo("t-bad"), "count")).isEqualTo("3");
        assertThat(read("tenant/faq/told")).isEqualTo("absent");
        world.begin("t-q.1", World.ANNA, faq(READ | WRITE))
                .write("tenant/faq/child", "1")
                .commit();
        world.begin("t-q1", World.ANNA, faq(READ | WRITE))
                .write("tenant/faq/alike", "1")
                .commit();
        assertThat(text(undo("t-q"), "count")).isEqualTo("1");
        assertThat(read("tenant/faq/child")).isEqualTo("absent");
        assertThat(read("tenant/faq/alike")).isEqualTo("1");
    }

    @Test
    void undoingTwiceIsUndoingOnce() throws DriverFailure {
        assertThat(text(undo("t-bad"), "new")).isEqualTo("2");
        Json again = undo("t-bad");
        assertThat(text(again, "count")).isEqualTo("2");
        assertThat(text(again, "new")).isEqualTo("0");
        assertThat(text(again, "undone", 0, "was")).isEqualTo("undone");
        assertThat(read("user/notes/a")).isEqualTo("\"good\"");
    }

    @Test
    void whoHadReadItAndIsStillRunningCannotCommitWhatCameOfIt() throws DriverFailure {
        World.Context running = world.begin(notes(READ | WRITE), faq(READ | WRITE));
        running.write("tenant/faq/before", "1");
        running.read("user/notes/fresh");
        running.write("tenant/faq/after", "2");
        undo("t-bad");
        assertThat(running.commit())
                .containsExactly(
                        Verdict.committed("tenant/faq/before", 1), Verdict.dropped("tenant/faq/after", Denial.UNDONE));
    }

    @Test
    void whatIsHeldIsTakenBackTooAndAnUndoneVersionIsNotRestored() throws DriverFailure {
        world.begin("t-held", World.ANNA, notes(READ | WRITE, "{\"review\":true}"))
                .write("user/notes/a", "\"held\"")
                .commit();
        undo("t-held");
        World.Context reviewer = world.begin(notes(READ | WRITE | World.REVIEW));
        assertThat(text(reviewer.tool("pending", "{}"), "pending")).isEqualTo("0 items");
        undo("t-bad");
        World.assertRefused(
                () -> reviewer.tool("restore", "{\"key\":\"user/notes/a\",\"version\":2}"), Denial.CONSTRAINT);
    }

    @Test
    void anUndoEndsAtTheTenant() throws DriverFailure {
        World.Context other = world.map(
                "globex",
                "t-bad.9",
                World.BEN,
                List.of(
                        World.mount("", "globex own", READ | WRITE),
                        World.mount("user/notes/", "globex", READ | WRITE)));
        other.write("user/notes/a", "\"theirs\"").commit();
        assertThat(text(undo("t-bad"), "count")).isEqualTo("2");
        World.Context reader =
                world.map("globex", "t-globex", World.BEN, List.of(World.mount("user/notes/", "globex", READ)));
        assertThat(reader.read("user/notes/a")).isEqualTo("\"theirs\"");
    }

    @Test
    void whatExpiredMeanwhileStillLeadsToWhatWasDerivedFromIt() throws DriverFailure {
        world.begin("t-brief", World.ANNA, notes(READ | WRITE, "{\"lifetime-seconds\":1}"))
                .write("user/notes/brief", "\"poison\"")
                .commit();
        World.Context reader = world.begin("t-reader", World.ANNA, notes(READ), faq(READ | WRITE));
        reader.read("user/notes/brief");
        reader.write("tenant/faq/derived", "1").commit();
        world.now.addAndGet(5_000);
        assertThat(world.driver.sweep()).isEqualTo(1);
        undo("t-brief");
        assertThat(read("tenant/faq/derived")).isEqualTo("absent");
    }

    @Test
    void whatStillLivesIsStoppedBeforeItIsUndone() throws DriverFailure {
        World.Context poisoner = world.begin("t-live", World.ANNA, notes(READ | WRITE));
        World.Context child = world.begin("t-live.1", World.ANNA, notes(READ | WRITE));
        poisoner.write("user/notes/late", "\"poison\"");
        World.assertRefused(() -> undo("t-live"), Denial.STILL_MAPPED);
        assertThat(text(world.begin().tool("undo", "{\"transaction\":\"t-live\",\"dry-run\":true}"), "count"))
                .as("looking is no undoing")
                .isEqualTo("0");
        poisoner.commit();
        World.assertRefused(() -> undo("t-live"), Denial.STILL_MAPPED);
        child.drop();
        assertThat(text(undo("t-live"), "count")).isEqualTo("1");
        assertThat(read("user/notes/late")).isEqualTo("absent");
    }

    @Test
    void aLongDerivationIsToldByItsLastSteps() throws DriverFailure {
        String before = "user/notes/a";
        for (int i = 0; i < 40; i++) {
            World.Context next = world.begin(notes(READ | WRITE));
            next.read(before);
            before = "user/notes/step-" + i;
            next.write(before, "1").commit();
        }
        Json undone = undo("t-bad");
        assertThat(text(undone, "count")).isEqualTo("42");
        assertThat(text(undone, "undone", 41, "path")).isEqualTo("16 items");
        assertThat(text(undone, "undone", 41, "path", 15, "key")).isEqualTo("null");
    }
}
