package ambit.boundary;

import ambit.boundary.Mount.FileContent;
import ambit.boundary.Mount.ReadOnly;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ready-made {@code /etc} directories, one for each host name. A single mount in the place of twenty, each of which costs
 * a start as much as a process does. Safe for use by several threads.
 */
final class EtcDirectory {
    static final Path ETC = Path.of("/etc");
    private static final int MAX_DIRECTORIES = 64;

    private final Path root;
    private final Map<String, Path> made = new HashMap<>();

    EtcDirectory(Path root) {
        this.root = root;
    }

    /**
     * A directory that holds what {@code mounts} put below {@code /etc}.
     *
     * @return empty if too many were made already; then the mounts themselves must serve
     */
    synchronized Optional<Path> of(String hostname, List<Mount> mounts) throws IOException {
        Path known = made.get(hostname);
        if (known != null || made.size() >= MAX_DIRECTORIES) {
            return Optional.ofNullable(known);
        }
        Path directory = readable(Files.createDirectory(root.resolve("etc" + made.size())));
        for (Mount mount : mounts) {
            Path target = directory.resolve(ETC.relativize(mount.at()).toString());
            parents(directory, target);
            switch (mount) {
                case FileContent content -> Files.write(target, content.bytes());
                case ReadOnly readOnly -> copy(readOnly.host().toRealPath(), target);
                case Mount.Writable _, Mount.Tmpfs _, Mount.Symlink _, Mount.Dev _, Mount.Proc _ ->
                    throw new IllegalArgumentException("not a part of /etc: " + mount);
            }
            readable(target);
        }
        made.put(hostname, directory);
        return Optional.of(directory);
    }

    private static void parents(Path directory, Path target) throws IOException {
        Path parent = target.getParent();
        if (parent != null && !parent.equals(directory) && !Files.exists(parent)) {
            parents(directory, parent);
            readable(Files.createDirectory(parent));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path entered, BasicFileAttributes attributes) throws IOException {
                readable(Files.createDirectory(
                        to.resolve(from.relativize(entered).toString())));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path target = file.equals(from)
                        ? to
                        : to.resolve(from.relativize(file).toString());
                if (attributes.isSymbolicLink() || attributes.isRegularFile()) {
                    readable(Files.copy(file, target, LinkOption.NOFOLLOW_LINKS));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static Path readable(Path path) throws IOException {
        if (!Files.isSymbolicLink(path)) {
            String mode = Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--";
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        }
        return path;
    }
}
