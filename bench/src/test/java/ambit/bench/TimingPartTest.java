package ambit.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short version of {@code ambit bench timing}. By chance alone the delta of twice 200 independent times strays by 0.06; that of the
 * control was 0.7.
 */
class TimingPartTest {
    @Test
    void theTimeOfASearchTellsNothingOfAForeignNamespaceAndThatOfASharedIndexDoes(@TempDir Path place)
            throws Exception {
        TimingPart.Found found = new TimingPart(place, 200, 300, 3_000).meaning();
        assertTrue(
                Math.abs(found.isolated().delta()) < Difference.SMALL,
                () -> "a search is timed by what is not mapped: "
                        + found.isolated().sentence());
        assertTrue(
                found.shared().delta() > Difference.SMALL,
                () -> "the control does not show what it must, so this test shows nothing: "
                        + found.shared().sentence());
    }
}
