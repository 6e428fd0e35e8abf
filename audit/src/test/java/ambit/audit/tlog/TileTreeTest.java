package ambit.audit.tlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/** A tile that is missing is named as it is, whatever else was looked for in its place. */
class TileTreeTest {
    private static final Tile PARTIAL = new Tile(0, 3, 7);
    private static final Tile WHOLE = new Tile(0, 3, Tile.FULL);

    @Test
    void ofAPartialTileThatIsMissingThePathIsSaidAndNotThatOfTheFullOne() {
        assertThatThrownBy(() -> TileTree.read(
                        path -> {
                            throw new NoSuchFileException(path);
                        },
                        PARTIAL))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(PARTIAL.path());
    }

    @Test
    void theFullTileTakesThePlaceOfAPartialOne() throws IOException {
        byte[] read = TileTree.read(
                path -> {
                    if (path.equals(WHOLE.path())) {
                        return new byte[] {1};
                    }
                    throw new NoSuchFileException(path);
                },
                PARTIAL);
        assertThat(read).containsExactly(1);
    }
}
