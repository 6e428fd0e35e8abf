package ambit.drivers.memory;

import static ambit.drivers.memory.World.READ;
import static ambit.drivers.memory.World.REVIEW;
import static ambit.drivers.memory.World.WRITE;
import static ambit.drivers.memory.World.assertRefused;
import static ambit.drivers.memory.World.notes;
import static ambit.drivers.memory.World.text;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.drivers.DriverFailure;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.Verdict;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is held counts for nothing until somebody who may says so. */
@ParameterizedClass
@EnumSource
@Timeout(120)
class ReviewTest {
    private static final String REVIEWED = "{\"review\":true}";

    @Parameter
    Engine engine;

    @TempDir
    Path directory;

    private World world;

    @BeforeEach
    void open() throws DriverFailure {
        world = new World(Engine.open(engine.fresh(directory)));
        world.begin(notes(READ | WRITE)).write("user/notes/a", "\"old\"").commit();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private World.Context reviewer() throws DriverFailure {
        return world.begin(notes(READ | REVIEW));
    }

    private World.Context reader() throws DriverFailure {
        return world.begin(notes(READ));
    }

    private void hold(String key, String value) throws DriverFailure {
        assertThat(world.begin(notes(READ | WRITE, REVIEWED)).write(key, value).commit())
                .singleElement()
                .satisfies(it -> assertThat(it.denial()).contains(Denial.HELD));
    }

    private static String order(Json pending, boolean approve) {
        return "{\"id\":\"" + text(pending, "pending", 0, "id") + "\",\"approve\":" + approve
                + ",\"why\":\"looked at it\"}";
    }

    @Test
    void aHeldEntryIsNotSeenUntilItIsApproved() throws DriverFailure {
        World.Context writer = world.begin(notes(READ | WRITE, REVIEWED)).write("user/notes/a", "\"new\"");
        assertThat(writer.commit()).containsExactly(new Verdict("user/notes/a", Optional.of(Denial.HELD), 2));
        assertThat(reader().read("user/notes/a")).isEqualTo("\"old\"");
        World.Context reviewer = reviewer();
        Json pending = reviewer.tool("pending", "{\"namespace\":\"user/notes\"}");
        assertThat(text(pending, "pending", 0, "key")).isEqualTo("user/notes/a");
        assertThat(text(pending, "pending", 0, "old")).isEqualTo("old");
        assertThat(text(pending, "pending", 0, "new")).isEqualTo("new");
        assertThat(text(pending, "pending", 0, "writer", "transaction")).isEqualTo(writer.transaction());
        reviewer.tool("review", order(pending, true));
        assertThat(reader().read("user/notes/a")).isEqualTo("\"new\"");
        assertThat(text(reviewer().tool("pending", "{}"), "pending")).isEqualTo("0 items");
        assertRefused(() -> reviewer().tool("review", order(pending, true)), Denial.UNKNOWN_HANDLE);
    }

    @Test
    void whatIsRejectedIsDestroyed() throws DriverFailure {
        hold("user/notes/b", "\"bad\"");
        World.Context reviewer = reviewer();
        reviewer.tool("review", order(reviewer.tool("pending", "{}"), false));
        assertThat(reader().read("user/notes/b")).isEqualTo("absent");
        Json history = reader().tool("history", "{\"key\":\"user/notes/b\"}");
        assertThat(text(history, "versions", 0, "state")).isEqualTo("rejected");
        assertThat(text(history, "versions", 0, "size")).isEqualTo("0");
    }

    @Test
    void anApprovalDoesNotOverwriteWhatHasChangedSince() throws DriverFailure {
        hold("user/notes/a", "\"held\"");
        world.begin(notes(READ | WRITE)).write("user/notes/a", "\"meanwhile\"").commit();
        World.Context reviewer = reviewer();
        Json pending = reviewer.tool("pending", "{}");
        assertRefused(() -> reviewer.tool("review", order(pending, true)), Denial.CONFLICT);
        assertThat(reader().read("user/notes/a")).isEqualTo("\"meanwhile\"");
    }

    @Test
    void nobodyReviewsWithoutTheRightAndNobodyWhatHisOwnFamilyWrote() throws DriverFailure {
        World.Context writer = world.begin("t-parent", World.ANNA, notes(READ | WRITE, REVIEWED));
        World.Context child = world.begin("t-parent.1", World.ANNA, notes(READ | REVIEW));
        writer.write("user/notes/a", "\"new\"").commit();
        Json pending = reviewer().tool("pending", "{}");
        assertRefused(() -> reader().tool("review", order(pending, true)), Denial.UNKNOWN_HANDLE);
        assertRefused(() -> reader().tool("pending", "{\"namespace\":\"user/notes\"}"), Denial.NOT_MAPPED);
        assertRefused(() -> child.tool("review", order(pending, true)), Denial.CONSTRAINT);
        World.Context stranger =
                world.begin("t-ben", World.BEN, World.mount("user/notes/", "ben/notes", READ | REVIEW));
        assertRefused(() -> stranger.tool("review", order(pending, true)), Denial.UNKNOWN_HANDLE);
        assertThat(reader().read("user/notes/a")).isEqualTo("\"old\"");
    }

    @Test
    void whatHasNoRoomAnyMoreWhenItIsApprovedIsRefused() throws DriverFailure {
        String few = "{\"review\":true,\"entries\":2}";
        for (String key : new String[] {"user/notes/b", "user/notes/c"}) {
            assertThat(world.begin(notes(READ | WRITE, few))
                            .write(key, "\"held\"")
                            .commit())
                    .singleElement()
                    .satisfies(it -> assertThat(it.denial()).contains(Denial.HELD));
        }
        World.Context reviewer = reviewer();
        Json pending = reviewer.tool("pending", "{}");
        assertThat(text(pending, "pending")).isEqualTo("2 items");
        reviewer.tool("review", order(pending, true));
        Json second = reviewer.tool("pending", "{}");
        assertRefused(() -> reviewer.tool("review", order(second, true)), Denial.QUOTA);
        assertThat(text(reviewer().tool("list", "{}"), "entries")).isEqualTo("2 items");
        reviewer.tool("review", order(second, false));
        assertThat(text(reviewer().tool("pending", "{}"), "pending")).isEqualTo("0 items");
    }

    @Test
    void bytesAreCountedAgainToo() throws DriverFailure {
        hold("user/notes/b", "\"" + "x".repeat(200_000) + "\"");
        for (int i = 0; i < 4; i++) {
            world.begin(notes(READ | WRITE))
                    .write("user/notes/full-" + i, "\"" + "x".repeat(230_000) + "\"")
                    .commit();
        }
        World.Context reviewer = reviewer();
        Json pending = reviewer.tool("pending", "{}");
        assertRefused(() -> reviewer.tool("review", order(pending, true)), Denial.QUOTA);
        assertThat(reader().read("user/notes/b")).isEqualTo("absent");
    }

    @Test
    void whatHasExpiredCannotBeApproved() throws DriverFailure {
        assertThat(world.begin(notes(READ | WRITE, "{\"review\":true,\"lifetime-seconds\":1}"))
                        .write("user/notes/b", "\"brief\"")
                        .commit())
                .hasSize(1);
        World.Context reviewer = reviewer();
        Json pending = reviewer.tool("pending", "{}");
        world.now.addAndGet(5_000);
        assertThat(text(reviewer.tool("pending", "{}"), "pending")).isEqualTo("0 items");
        assertRefused(() -> reviewer.tool("review", order(pending, true)), Denial.UNKNOWN_HANDLE);
    }
}
