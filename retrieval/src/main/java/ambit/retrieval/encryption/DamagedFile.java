package ambit.retrieval.encryption;

import java.io.IOException;
import java.nio.file.Path;

/** A file of an index that is not what was sealed: changed, moved, cut off, or sealed with another key. */
public final class DamagedFile extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedFile(Path path) {
        super(sentence(path));
    }

    DamagedFile(Path path, Exception cause) {
        super(sentence(path), cause);
    }

    private static String sentence(Path path) {
        return "the index file " + path.getFileName() + " in " + path.getParent()
                + " does not open with its partition's key";
    }
}
