package ambit.boundary;

import ambit.boundary.Mount.FileContent;
import ambit.boundary.Mount.ReadOnly;
import ambit.boundary.Mount.Symlink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The complete list of what a boundary's file system holds: the runtime, and the caller's mounts in its place or besides. */
final class FileSystem {
    private static final List<String> TOP_LEVEL = List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");

    /** Read by the loader, by runtimes and by TLS libraries; the same on every machine of a kind, and nobody's secret. */
    private static final List<String> HOST_FILES = List.of(
            "/etc/ld.so.cache",
            "/etc/ld.so.conf",
            "/etc/ld.so.conf.d",
            "/etc/localtime",
            "/etc/alternatives",
            "/etc/mime.types",
            "/etc/protocols",
            "/etc/services",
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/ssl/openssl.cnf",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem");

    private final List<Mount> mounts;

    private FileSystem(Collection<Mount> mounts) {
        this.mounts = mounts.stream()
                .sorted(Comparator.comparingInt((Mount mount) -> mount.at().getNameCount())
                        .thenComparing(Mount::at))
                .toList();
    }

    /** What a guest with this spec sees. */
    static FileSystem ofGuest(BoundarySpec spec, EtcDirectory etc) throws BoundaryRefused, IOException {
        List<Mount> defaults = new ArrayList<>(runtime());
        defaults.addAll(identity("agent:x:1000:1000:agent:/home/agent:/bin/sh\n", "agent:x:1000:\n", spec.hostname()));
        defaults.add(text("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"));
        defaults.add(text("/etc/resolv.conf", ""));
        defaults.add(new Mount.Tmpfs(Path.of("/tmp"), spec.limits().tmpBytes()));
        defaults.add(new Mount.Tmpfs(ProcessBoundary.HOME, spec.limits().tmpBytes()));
        boolean ownEtc = spec.mounts().stream()
                .anyMatch(mount -> mount.at().startsWith(EtcDirectory.ETC) || EtcDirectory.ETC.startsWith(mount.at()));
        return merged(ownEtc ? defaults : withOneEtc(defaults, spec.hostname(), etc), spec.mounts());
    }

    private static List<Mount> withOneEtc(List<Mount> defaults, String hostname, EtcDirectory etc) throws IOException {
        List<Mount> inEtc = defaults.stream()
                .filter(mount -> mount.at().startsWith(EtcDirectory.ETC))
                .toList();
        Optional<Path> directory = etc.of(hostname, inEtc);
        if (directory.isEmpty()) {
            return defaults;
        }
        List<Mount> fewer = new ArrayList<>(defaults);
        fewer.removeAll(inEtc);
        fewer.add(new ReadOnly(directory.get(), EtcDirectory.ETC));
        return fewer;
    }

    /** Merges the caller's mounts into the defaults; refuses one below a default that shows files of the host. */
    static FileSystem merged(List<Mount> defaults, List<Mount> asked) throws BoundaryRefused {
        Map<Path, Mount> byPath = new TreeMap<>();
        defaults.forEach(mount -> byPath.put(mount.at(), mount));
        for (Mount mount : asked) {
            byPath.keySet().removeIf(at -> at.startsWith(mount.at()));
            for (Mount around : byPath.values()) {
                if (mount.at().startsWith(around.at()) && !(around instanceof Mount.Tmpfs)) {
                    throw new BoundaryRefused(
                            "nothing can be mounted at " + mount.at() + " because it lies below " + around.at(),
                            "choose a path outside " + around.at());
                }
            }
            requireSource(mount);
        }
        asked.forEach(mount -> byPath.put(mount.at(), mount));
        return new FileSystem(byPath.values());
    }

    /** Programs and libraries, {@code /proc}, {@code /dev}. */
    static List<Mount> runtime() {
        List<Mount> mounts = new ArrayList<>();
        mounts.add(new ReadOnly(Path.of("/usr"), Path.of("/usr")));
        for (String name : TOP_LEVEL) {
            Path path = Path.of("/", name);
            try {
                if (Files.isSymbolicLink(path)) {
                    mounts.add(new Symlink(Files.readSymbolicLink(path).toString(), path));
                } else if (Files.isDirectory(path)) {
                    mounts.add(new ReadOnly(path, path));
                }
            } catch (IOException e) {
                // Then programs that need it do not start; nothing is opened by its absence.
            }
        }
        HOST_FILES.stream()
                .map(Path::of)
                .filter(Files::isReadable)
                .forEach(path -> mounts.add(new ReadOnly(path, path)));
        mounts.add(new Mount.Dev(Path.of("/dev")));
        mounts.add(new Mount.Proc(Path.of("/proc")));
        return mounts;
    }

    /** The user database and the host's name, as seen inside. */
    static List<Mount> identity(String users, String groups, String hostname) {
        return List.of(
                text("/etc/passwd", users),
                text("/etc/group", groups),
                text("/etc/hostname", hostname + "\n"),
                text("/etc/hosts", "127.0.0.1 localhost " + hostname + "\n"));
    }

    static FileContent text(String at, String content) {
        return new FileContent(Path.of(at), content.getBytes(StandardCharsets.UTF_8));
    }

    /** Parents before what lies in them. */
    List<Mount> mounts() {
        return mounts;
    }

    /** Directories that must be made in the root, parents first: bubblewrap would make them for their owner alone. */
    List<Path> directories() {
        TreeSet<Path> needed =
                new TreeSet<>(Comparator.comparingInt(Path::getNameCount).thenComparing(Comparator.naturalOrder()));
        for (Mount mount : mounts) {
            for (Path parent = mount.at().getParent();
                    parent != null && parent.getNameCount() > 0;
                    parent = parent.getParent()) {
                needed.add(parent);
            }
        }
        mounts.forEach(mount -> needed.removeIf(path -> path.startsWith(mount.at())));
        return List.copyOf(needed);
    }

    private static void requireSource(Mount mount) throws BoundaryRefused {
        Path source = switch (mount) {
            case ReadOnly readOnly -> readOnly.host();
            case Mount.Writable writable -> writable.host();
            case Mount.Tmpfs _, FileContent _, Symlink _, Mount.Dev _, Mount.Proc _ -> Path.of("/");
        };
        if (!Files.exists(source)) {
            throw new BoundaryRefused(source + " does not exist and can not be mounted", "create it or leave it out");
        }
    }
}
