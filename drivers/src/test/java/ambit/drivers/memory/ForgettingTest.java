package ambit.drivers.memory;

import static ambit.drivers.memory.World.READ;
import static ambit.drivers.memory.World.WRITE;
import static ambit.drivers.memory.World.assertRefused;
import static ambit.drivers.memory.World.faq;
import static ambit.drivers.memory.World.name;
import static ambit.drivers.memory.World.notes;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.drivers.DriverFailure;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.CoreToDriver.Forget;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.CoreToDriver.Offer;
import ambit.wire.Denial;
import ambit.wire.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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

/** Wrapped keys are kept with what they open, and go with it. */
@ParameterizedClass
@EnumSource
@Timeout(120)
class ForgettingTest {
    private static final Blob NOTES = name("partition anna/notes");

    @Parameter
    Engine engine;

    @TempDir
    Path directory;

    private World world;

    @BeforeEach
    void open() throws DriverFailure {
        world = new World(Engine.open(engine.fresh(directory)));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Blob key(Blob partition, String offer) throws DriverFailure {
        return world.driver.keys(List.of(new Offer(partition, name(offer)))).getFirst();
    }

    @Test
    void anOfferCountsWhileSomebodyMapsThePartitionAndForEverOnceSomethingIsCommitted() throws DriverFailure {
        assertThat(key(NOTES, "first")).isEqualTo(name("first"));
        World.Context one = world.begin(notes(READ | WRITE));
        assertThat(key(NOTES, "second")).isEqualTo(name("first"));
        World.Context two = world.begin(notes(READ | WRITE));
        one.drop();
        assertThat(key(NOTES, "third")).as("the other still maps it").isEqualTo(name("first"));
        two.drop();
        assertThat(key(NOTES, "late"))
                .as("who asked a moment ago may map it yet")
                .isEqualTo(name("first"));
        world.now.addAndGet(120_000);
        assertThat(key(NOTES, "fourth")).as("nothing was committed").isEqualTo(name("fourth"));
        world.begin(notes(READ | WRITE)).write("user/notes/a", "1").commit();
        assertThat(key(NOTES, "fifth")).isEqualTo(name("fourth"));
    }

    @Test
    void whatWasNeverAskedForIsNotMapped() {
        CoreToDriver.MapContext map = new CoreToDriver.MapContext(
                Blob.of(new byte[16]),
                "t",
                "acme",
                World.ANNA,
                name("chain"),
                "scribe",
                name("bodies"),
                List.of(notes(READ)));
        assertRefused(() -> world.driver.map(map), Denial.DRIVER_FAILED);
    }

    @Test
    void ofTwoWhoMapWithDifferentKeysTheFirstToCommitDecides() throws DriverFailure {
        World.Context one = world.begin(notes(READ | WRITE)).write("user/notes/a", "1");
        MapEntry otherKey =
                new MapEntry("user/notes/", NOTES, name("another key"), READ | WRITE, "", 1 << 20, List.of());
        World.Context two = world.begin(otherKey).write("user/notes/b", "1").write("mine", "1");
        one.commit();
        assertThat(two.commit())
                .containsExactly(Verdict.dropped("user/notes/b", Denial.CONFLICT), Verdict.committed("mine", 1));
    }

    @Test
    void aForgottenPrincipalLeavesNothingAndTheTenantsOwnStays() throws DriverFailure {
        key(NOTES, "wrapped");
        world.begin("t-a", World.ANNA, notes(READ | WRITE), faq(READ | WRITE))
                .write("user/notes/a", "1")
                .write("user/notes/b", "1")
                .write("tenant/faq/q", "1")
                .write("own", "1")
                .commit();
        world.begin("t-b", World.BEN, World.mount("user/notes/", "ben/notes", READ | WRITE))
                .write("user/notes/a", "\"ben's\"")
                .commit();
        MemoryDriver.Forgotten forgotten = world.driver.forget(new Forget("acme", World.ANNA, ""));
        assertThat(forgotten).isEqualTo(new MemoryDriver.Forgotten(2, 3));
        assertThat(key(NOTES, "anew")).isEqualTo(name("anew"));
        World.Context reader = world.begin("t-c", World.BEN, World.mount("user/notes/", "ben/notes", READ), faq(READ));
        assertThat(reader.read("user/notes/a")).isEqualTo("\"ben's\"");
        assertThat(reader.read("tenant/faq/q")).isEqualTo("1");
        reader.drop();
        assertThat(world.begin(notes(READ)).read("user/notes/a")).isEqualTo("absent");
        assertThat(world.driver.forget(new Forget("globex", Blob.EMPTY, "")).partitions())
                .isZero();
    }

    @Test
    void aForgottenTransactionTakesItsChildrensPartitionsAlong() throws DriverFailure {
        world.begin("t-f", World.ANNA, notes(READ | WRITE))
                .write("x", "1")
                .write("user/notes/kept", "1")
                .commit();
        world.begin("t-f.1", World.ANNA).write("x", "1").commit();
        world.begin("t-f1", World.ANNA).write("x", "1").commit();
        assertThat(world.driver.forget(new Forget("acme", World.ANNA, "t-f")))
                .isEqualTo(new MemoryDriver.Forgotten(2, 2));
        assertThat(world.begin(notes(READ)).read("user/notes/kept")).isEqualTo("1");
        assertThat(world.driver.wasCommitted("t-f")).isTrue();
    }

    @Test
    void whatIsMappedIsNotForgotten() throws DriverFailure {
        world.begin("t-old", World.ANNA).write("x", "1").commit();
        MapEntry inherited = new MapEntry(
                "inherited/x", name("partition own of t-old"), name("key own of t-old"), READ, "x", 0, List.of());
        World.Context live = world.begin("t-live", World.BEN, inherited);
        assertRefused(() -> world.driver.forget(new Forget("acme", World.ANNA, "t-old")), Denial.STILL_MAPPED);
        assertRefused(() -> world.driver.forget(new Forget("acme", World.BEN, "")), Denial.STILL_MAPPED);
        assertRefused(() -> world.driver.forget(new Forget("acme", Blob.EMPTY, "")), Denial.STILL_MAPPED);
        live.drop();
        assertThat(world.driver.forget(new Forget("acme", Blob.EMPTY, "")).partitions())
                .isEqualTo(1);
    }

    @Test
    void noFileHoldsWhatWasForgottenNotEvenSealed() throws Exception {
        if (engine == Engine.POSTGRESQL) {
            return;
        }
        world.begin("t-zz-telltale", World.ANNA, notes(READ | WRITE))
                .write("user/notes/a", "1")
                .commit();
        assertThat(bytes()).contains("t-zz-telltale");
        world.driver.forget(new Forget("acme", World.ANNA, ""));
        // that the transaction committed is still known: it is in the log, too
        assertThat(bytes().split("t-zz-telltale", -1)).hasSizeLessThanOrEqualTo(3);
        assertThat(bytes()).doesNotContain("scribe");
    }

    private String bytes() throws Exception {
        StringBuilder all = new StringBuilder();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }
}
