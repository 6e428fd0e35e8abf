package ambit.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/crash-images} runs this with more images and a seed of its own. */
class CrashImagesTest {
    private static final int CONTROLS = 2;

    @TempDir
    Path place;

    @BeforeEach
    void canMount() throws Exception {
        assumeTrue(Command.isRoot(), "only root can mount an image");
        assumeTrue(Command.have("mkfs.ext4", "mkfs.xfs"), "faults/setup installs what makes file systems");
    }

    @Test
    void whateverWasAcknowledgedIsOnTheDiskWheneverThePowerFails() throws Exception {
        long seed = Long.getLong("crash.seed", System.nanoTime() & 0xffff_ffffL);
        CrashImages images =
                new CrashImages(place, seed, JavaProgram.Start.PLAIN, Integer.getInteger("crash.images", 6));
        System.out.println("crash images: seed " + seed);
        List<CrashImages.Flaw> flaws = images.run();
        System.out.println("crash images: " + images.summary() + ", " + flaws.size() + " flaws");
        assertThat(flaws).as("seed %d", seed).isEmpty();
    }

    /** Shows that the test above would notice. */
    @Test
    void aCoreThatForcesNothingToTheDiskLosesWhatItAcknowledged() throws Exception {
        JavaProgram.Start weak =
                new JavaProgram.Start(List.of(), Map.of(), List.of(WithoutSync.in(place.resolve("weak"))));
        CrashImages images = new CrashImages(place, 1, weak, CONTROLS);
        List<CrashImages.Flaw> flaws = images.run();
        System.out.println("crash images without fsync: " + images.summary() + ", " + flaws);
        assertThat(flaws.stream().map(CrashImages.Flaw::image).distinct()).hasSizeGreaterThan(CONTROLS / 2);
    }
}
