package ambit.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code scripts/crash-images --memory} runs this with more images, more kills, and a seed of its own. */
@ParameterizedClass
@EnumSource
class LosslessMemoryTest {
    private static final String WHOLE = "crash.memory";
    private static final String BY_HAND = "part of scripts/crash-images --memory";
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime() & 0xffff_ffffL);

    private static final int CONTROLS = Integer.getInteger("crash.controls", 8);

    @Parameter
    Store.Engine engine;

    @TempDir
    Path place;

    @BeforeEach
    void isWanted() {
        assumeTrue(engine.isWanted(), "another store was asked for");
    }

    private static void canMount() throws Exception {
        assumeTrue(Command.isRoot(), "only root can mount an image");
        assumeTrue(Command.have("mkfs.ext4", "mkfs.xfs"), "faults/setup installs what makes file systems");
    }

    @Test
    void everyTransactionIsWhollyOnTheDiskOrAbsentWheneverThePowerFails() throws Exception {
        canMount();
        MemoryImages images =
                new MemoryImages(place, engine, JavaProgram.Start.PLAIN, SEED, Integer.getInteger("crash.images", 1));
        report("images", images.run());
    }

    @Test
    @EnabledIfSystemProperty(named = WHOLE, matches = "true", disabledReason = BY_HAND)
    void everyTransactionIsWhollyThereOrAbsentWhateverIsKilled() throws Exception {
        MemoryKills kills =
                new MemoryKills(place, engine, JavaProgram.Start.PLAIN, SEED, Integer.getInteger("crash.kills", 4));
        report("kills", kills.run());
    }

    /** Shows that the tests above would notice. */
    @Test
    @EnabledIfSystemProperty(named = WHOLE, matches = "true", disabledReason = BY_HAND)
    void aCommitThatIsAnsweredBeforeItIsOnTheDiskIsLost() throws Exception {
        canMount();
        JavaProgram.Start early = WeakDrivers.EARLY.in(place.resolve("weak"), engine);
        control("answered early", new MemoryImages(place, engine, early, SEED, CONTROLS).run());
    }

    @Test
    @EnabledIfSystemProperty(named = WHOLE, matches = "true", disabledReason = BY_HAND)
    void aCommitThatIsNotOneTransactionOfTheDatabaseIsFoundInParts() throws Exception {
        canMount();
        JavaProgram.Start torn = WeakDrivers.TORN.in(place.resolve("weak"), engine);
        control("torn", new MemoryImages(place, engine, torn, SEED, CONTROLS).run());
    }

    private void control(String what, Tally tally) {
        System.out.println("control, " + what + ", " + engine + ", seed " + SEED + ": " + tally);
        tally.flaws().stream().limit(3).forEach(System.out::println);
        assertThat(tally.flaws()).as("seed %d", SEED).isNotEmpty();
    }

    private void report(String what, Tally tally) {
        System.out.println("lossless memory, " + engine + ", " + what + ", seed " + SEED + ": " + tally);
        System.out.println("refusals: " + tally.refusals());
        tally.flaws().forEach(System.out::println);
        assertThat(tally.flaws()).as("seed %d", SEED).isEmpty();
        assertThat(tally.commits()).isPositive();
    }
}
