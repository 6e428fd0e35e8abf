package ambit.boundary;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Renders options for {@code bwrap}. They are handed over in a file and not as arguments, because the arguments of a
 * boundary's first process can be read from inside.
 */
final class Bubblewrap {
    /** Kernel tables that an ordinary uid may read and that tell about the host, covered in a guest's /proc. */
    private static final List<String> COVERED = List.of("/proc/keys", "/proc/key-users");

    private final List<String> options = new ArrayList<>();

    Bubblewrap add(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    /** Namespaces that every boundary has, a new session, and death with the spawner. */
    Bubblewrap isolation(String hostname) {
        add("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try");
        return add("--hostname", hostname, "--new-session", "--die-with-parent");
    }

    /** Exactly these variables; PATH among them is also what bwrap looks the program up in. */
    Bubblewrap environment(Map<String, String> variables) {
        add("--clearenv");
        variables.forEach((name, value) -> add("--setenv", name, value));
        return this;
    }

    /**
     * @param shmBytes size of {@code /dev/shm}
     * @param contents finds the host file that holds the content of a {@link Mount.FileContent}
     */
    Bubblewrap fileSystem(FileSystem files, long shmBytes, Function<Mount.FileContent, Path> contents) {
        files.directories().forEach(path -> add("--perms", "0755", "--dir", path.toString()));
        for (Mount mount : files.mounts()) {
            String at = mount.at().toString();
            switch (mount) {
                case Mount.ReadOnly readOnly -> add("--ro-bind", readOnly.host().toString(), at);
                case Mount.Writable writable -> add("--bind", writable.host().toString(), at);
                case Mount.Tmpfs tmpfs ->
                    add("--perms", at.equals("/tmp") ? "1777" : "0700")
                            .add("--size", Long.toString(tmpfs.bytes()), "--tmpfs", at);
                case Mount.FileContent content ->
                    add("--ro-bind", contents.apply(content).toString(), at);
                case Mount.Symlink link -> add("--symlink", link.target(), at);
                case Mount.Dev _ -> device(at, shmBytes);
                case Mount.Proc _ -> add("--proc", at);
            }
        }
        return this;
    }

    /** The tmpfs that holds the device files has no size of its own, so nothing may be added to it. */
    private void device(String at, long shmBytes) {
        add("--dev", at);
        add("--perms", "1777", "--size", Long.toString(shmBytes), "--tmpfs", at + "/shm");
        add("--remount-ro", at);
    }

    Bubblewrap coverKernelTables() {
        COVERED.stream()
                .filter(path -> java.nio.file.Files.exists(Path.of(path)))
                .forEach(path -> add("--ro-bind", "/dev/null", path));
        return this;
    }

    /** The options, each ended by NUL, as {@code --args} reads them. */
    String nulTerminated() {
        StringBuilder text = new StringBuilder();
        options.forEach(option -> text.append(option).append('\0'));
        return text.toString();
    }
}
