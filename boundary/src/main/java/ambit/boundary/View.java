package ambit.boundary;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The first of the two stages that root needs: a mount namespace in which every source lies at a neutral path that an
 * unprivileged uid can reach, whatever the permissions of the directories that it lies in on the host.
 */
final class View {
    private static final Path ROOT = Path.of("/view");

    private final Bubblewrap binds = new Bubblewrap();
    private int count;

    /** The same files with sources inside the view. */
    FileSystem of(FileSystem files) {
        List<Mount> mounts = new ArrayList<>();
        for (Mount mount : files.mounts()) {
            mounts.add(
                    switch (mount) {
                        case Mount.ReadOnly readOnly -> new Mount.ReadOnly(readOnly(readOnly.host()), readOnly.at());
                        case Mount.Writable writable -> new Mount.Writable(writable(writable.host()), writable.at());
                        case Mount.Tmpfs _, Mount.FileContent _, Mount.Symlink _, Mount.Dev _, Mount.Proc _ -> mount;
                    });
        }
        return FileSystem.of(mounts);
    }

    Path readOnly(Path host) {
        return bind("--ro-bind", host);
    }

    private Path writable(Path host) {
        return bind("--bind", host);
    }

    private Path bind(String option, Path host) {
        count++;
        Path at = ROOT.resolve(Integer.toString(count));
        binds.add(option, host.toString(), at.toString());
        return at;
    }

    /** The first stage's options: the runtime to start the second with, the sources, and an uncovered /proc. */
    Bubblewrap options() {
        Bubblewrap options = new Bubblewrap().add("--die-with-parent");
        options.add("--perms", "0755", "--dir", "/etc", "--perms", "0755", "--dir", ROOT.toString());
        for (Mount mount : FileSystem.runtime()) {
            switch (mount) {
                case Mount.ReadOnly readOnly
                when readOnly.at().getNameCount() == 1 ->
                    options.add(
                            "--ro-bind",
                            readOnly.host().toString(),
                            readOnly.at().toString());
                case Mount.Symlink link ->
                    options.add("--symlink", link.target(), link.at().toString());
                case Mount.ReadOnly _,
                        Mount.Writable _,
                        Mount.Tmpfs _,
                        Mount.FileContent _,
                        Mount.Dev _,
                        Mount.Proc _ -> {}
            }
        }
        options.add("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache");
        options.add("--dev-bind", "/dev", "/dev", "--bind", "/proc", "/proc");
        options.add("--perms", "1777", "--tmpfs", "/tmp");
        return options.addAll(binds);
    }
}
