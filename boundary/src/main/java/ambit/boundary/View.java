package ambit.boundary;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Places of a scratch directory where root mounts sources before it becomes an unprivileged uid, which could not reach
 * them: a directory's own permissions count for that uid, those of the directories that it lies in do not.
 */
final class View {
    /**
     * In a mount namespace that nobody else is in, pairs of source and place up to {@code --}, then the program. The
     * shell and what it becomes are one process, which the spawner's death can therefore end.
     */
    static final String SCRIPT = "while [ \"$1\" != -- ]; do mount --rbind -- \"$1\" \"$2\" || exit 125; shift 2; done;"
            + " shift; exec \"$@\"";

    private final Path directory;
    private final List<String> pairs = new ArrayList<>();

    View(Path directory) {
        this.directory = directory;
    }

    /** The same mount with its source in the view. */
    Mount of(Mount mount) throws IOException {
        return switch (mount) {
            case Mount.ReadOnly readOnly -> new Mount.ReadOnly(place(readOnly.host()), readOnly.at());
            case Mount.Writable writable -> new Mount.Writable(place(writable.host()), writable.at());
            case Mount.Tmpfs _, Mount.FileContent _, Mount.Symlink _, Mount.Dev _, Mount.Proc _ -> mount;
        };
    }

    private Path place(Path host) throws IOException {
        Path source = host.toRealPath();
        Path place = directory.resolve(Integer.toString(pairs.size()));
        if (Files.isDirectory(source)) {
            Files.createDirectory(place);
        } else {
            Files.createFile(place);
        }
        pairs.add(source.toString());
        pairs.add(place.toString());
        return place;
    }

    /** Sources and places, as {@link #SCRIPT} takes them. */
    List<String> pairs() {
        return List.copyOf(pairs);
    }
}
