package ambit.boundary;

import java.nio.file.Path;
import java.util.Objects;

/**
 * One thing that a program sees in its boundary's file system, at the absolute, normalised path {@link #at}. The root is
 * an empty file system of the boundary's own; whatever no mount names does not exist inside.
 */
public sealed interface Mount {
    /** Where it appears inside. */
    Path at();

    /** A file, directory or socket of the host, not writable. Connecting to a socket is possible. */
    record ReadOnly(Path host, Path at) implements Mount {
        public ReadOnly {
            host = checkedPath(host);
            at = checkedPath(at);
        }
    }

    /** A file or directory of the host, writable as far as its permissions allow the boundary's uid. */
    record Writable(Path host, Path at) implements Mount {
        public Writable {
            host = checkedPath(host);
            at = checkedPath(at);
        }
    }

    /** An empty directory in memory that holds at most {@code bytes}, mode 0700 (1777 for {@code /tmp}). */
    record Tmpfs(Path at, long bytes) implements Mount {
        public Tmpfs {
            at = checkedPath(at);
            if (bytes <= 0) {
                throw new IllegalArgumentException("the size of a tmpfs must be positive");
            }
        }
    }

    /** A read-only file with this content. */
    @SuppressWarnings("ArrayRecordComponent") // copied on the way in; compared by nobody
    record FileContent(Path at, byte[] bytes) implements Mount {
        public FileContent {
            at = checkedPath(at);
            bytes = bytes.clone();
        }
    }

    /** A symbolic link at {@code at} that points to {@code target}. */
    record Symlink(String target, Path at) implements Mount {
        public Symlink {
            at = checkedPath(at);
            if (target.isEmpty() || target.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("not a link target");
            }
        }
    }

    /** A minimal {@code /dev}: null, zero, full, random, urandom, tty, pts and shm. */
    record Dev(Path at) implements Mount {
        public Dev {
            at = checkedPath(at);
        }
    }

    /** A {@code /proc} of the boundary's own processes. */
    record Proc(Path at) implements Mount {
        public Proc {
            at = checkedPath(at);
        }
    }

    private static Path checkedPath(Path path) {
        Objects.requireNonNull(path);
        if (!path.isAbsolute()
                || !path.equals(path.normalize())
                || path.toString().indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not an absolute, normalised path: " + path);
        }
        return path;
    }
}
