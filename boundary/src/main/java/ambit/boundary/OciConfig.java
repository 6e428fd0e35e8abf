package ambit.boundary;

import ambit.boundary.seccomp.Architecture;
import ambit.boundary.seccomp.OciProfile;
import ambit.boundary.seccomp.SeccompFilter;
import ambit.boundary.seccomp.SeccompFilter.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Renders a {@link BoundarySpec} as the {@code config.json} of an OCI bundle (OCI runtime specification 1.0.2): the same mounts,
 * ids, limits and system calls as {@link Bubblewrap} and what is around it give.
 */
final class OciConfig {
    private static final int GUEST_UID = 1000;
    private static final List<String> RUNTIME_MOUNT = List.of("nosuid", "nodev");
    private static final Path SHARED = Path.of("/tmp");
    private static final String DEV_BYTES = "65536";

    /** Tables of the kernel that tell of the host, and files of /proc that change it: neither is for guests. */
    private static final List<String> MASKED = List.of(
            "/proc/keys",
            "/proc/key-users",
            "/proc/acpi",
            "/proc/kcore",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi");

    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private final By by;
    private final Architecture architecture;
    private final Profile profile;

    OciConfig(By by, Architecture architecture, Profile profile) {
        this.by = by;
        this.architecture = architecture;
        this.profile = profile;
    }

    /** Where a mount's content is on this side. */
    interface Contents {
        Path of(Mount.FileContent content) throws IOException;
    }

    /**
     * @param program what runs first, with its arguments
     * @param limits soft and hard, by the names of {@code setrlimit(2)}
     */
    String render(
            BoundarySpec spec,
            FileSystem files,
            List<String> program,
            Map<String, List<Long>> limits,
            Contents contents)
            throws IOException {
        List<String> environment = new ArrayList<>();
        new TreeMap<>(spec.environment()).forEach((name, value) -> environment.add(name + "=" + value));
        Map<String, Object> process = map("terminal", false);
        process.put("user", map("uid", GUEST_UID, "gid", GUEST_UID));
        process.put("args", program);
        process.put("env", environment);
        process.put("cwd", spec.workdir().toString());
        process.put("noNewPrivileges", true);
        Map<String, Object> capabilities = new LinkedHashMap<>();
        List.of("bounding", "effective", "inheritable", "permitted", "ambient")
                .forEach(set -> capabilities.put(set, List.of()));
        process.put("capabilities", capabilities);
        process.put("rlimits", rlimits(limits));
        Map<String, Object> config = map("ociVersion", "1.0.2", "hostname", spec.hostname(), "process", process);
        config.put("root", map("path", "root", "readonly", true));
        config.put("mounts", mounts(files, spec.limits().tmpBytes(), contents));
        config.put("linux", linux(spec));
        if (by == By.CRUN) {
            // The very filter that bubblewrap loads, in the place of one that libseccomp makes of a profile.
            byte[] filter = SeccompFilter.assemble(architecture, profile);
            config.put(
                    "annotations",
                    map("run.oci.seccomp_bpf_data", Base64.getEncoder().encodeToString(filter)));
        }
        return Json.text(config);
    }

    private static List<Object> rlimits(Map<String, List<Long>> limits) {
        List<Object> list = new ArrayList<>();
        limits.forEach((name, pair) -> list.add(map("type", name, "soft", pair.getFirst(), "hard", pair.getLast())));
        return list;
    }

    /** The user namespace is made before, by who may map uids into it. */
    private Map<String, Object> linux(BoundarySpec spec) {
        List<Object> namespaces = new ArrayList<>();
        List.of("pid", "ipc", "uts", "mount", "cgroup").forEach(it -> namespaces.add(map("type", it)));
        if (spec.network() instanceof Network.None && by != By.RUNSC) {
            namespaces.add(map("type", "network"));
        }
        Map<String, Object> linux = map("namespaces", namespaces, "maskedPaths", MASKED, "readonlyPaths", READ_ONLY);
        if (by == By.RUNC) {
            linux.put("seccomp", OciProfile.of(architecture, profile));
        }
        return linux;
    }

    private static List<Object> mounts(FileSystem files, long shmBytes, Contents contents) throws IOException {
        List<Object> mounts = new ArrayList<>();
        for (Mount mount : files.mounts()) {
            String at = mount.at().toString();
            switch (mount) {
                case Mount.ReadOnly it -> mounts.add(bind(it.host(), at, "ro"));
                case Mount.Writable it -> mounts.add(bind(it.host(), at, "rw"));
                case Mount.FileContent it -> mounts.add(bind(contents.of(it), at, "ro"));
                case Mount.Tmpfs it -> mounts.add(tmpfs(it));
                case Mount.Symlink _ -> {}
                case Mount.Proc _ -> mounts.add(mount("proc", "proc", at, List.of("nosuid", "nodev", "noexec")));
                case Mount.Dev _ -> device(at, shmBytes, mounts);
            }
        }
        return mounts;
    }

    private static void device(String at, long shmBytes, List<Object> mounts) {
        mounts.add(mount("tmpfs", "tmpfs", at, List.of("nosuid", "mode=755", "size=" + DEV_BYTES)));
        List<String> terminals = List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620");
        mounts.add(mount("devpts", "devpts", at + "/pts", terminals));
        List<String> shared = List.of("nosuid", "nodev", "mode=1777", "size=" + shmBytes);
        mounts.add(mount("tmpfs", "shm", at + "/shm", shared));
    }

    private static Object tmpfs(Mount.Tmpfs mount) {
        List<String> options = new ArrayList<>(RUNTIME_MOUNT);
        options.add("size=" + mount.bytes());
        options.add("mode=" + mode(mount));
        if (!mount.at().equals(SHARED)) {
            options.addAll(List.of("uid=" + GUEST_UID, "gid=" + GUEST_UID));
        }
        return mount("tmpfs", "tmpfs", mount.at().toString(), options);
    }

    private static String mode(Mount.Tmpfs mount) {
        return mount.at().equals(SHARED) ? "1777" : "0700";
    }

    private static Object bind(Path source, String at, String access) throws IOException {
        List<String> options = new ArrayList<>(List.of("rbind", access));
        options.addAll(RUNTIME_MOUNT);
        return mount("bind", source.toRealPath().toString(), at, options);
    }

    private static Object mount(String type, String source, String at, List<String> options) {
        return map("destination", at, "type", type, "source", source, "options", options);
    }

    /**
     * A shell's commands that make, in an empty directory, all that mounts and links of {@code files} need: the runtime finds each
     * place ready and makes none itself.
     */
    static String skeleton(FileSystem files) throws BoundaryRefused {
        List<Path> within = new ArrayList<>();
        StringBuilder directories = new StringBuilder();
        StringBuilder others = new StringBuilder();
        files.directories().forEach(path -> directories.append(' ').append(inRoot(path)));
        for (Mount mount : files.mounts()) {
            boolean onMount = within.stream().anyMatch(mount.at()::startsWith);
            if (onMount && mount instanceof Mount.Symlink) {
                throw new BoundaryRefused(
                        "a container can have no link at " + mount.at() + ", which lies in a mount",
                        "leave the link out");
            }
            if (!onMount) {
                switch (mount) {
                    case Mount.Symlink link ->
                        others.append("ln -s -- ")
                                .append(quoted(link.target()))
                                .append(' ')
                                .append(inRoot(link.at()));
                    case Mount.FileContent it -> others.append(": >").append(inRoot(it.at()));
                    case Mount.ReadOnly it
                    when !Files.isDirectory(it.host()) -> others.append(": >").append(inRoot(it.at()));
                    case Mount.Writable it
                    when !Files.isDirectory(it.host()) -> others.append(": >").append(inRoot(it.at()));
                    case Mount.ReadOnly _, Mount.Writable _, Mount.Tmpfs _, Mount.Proc _, Mount.Dev _ ->
                        directories.append(' ').append(inRoot(mount.at()));
                }
                if (mount instanceof Mount.Tmpfs it) {
                    // runc gives a tmpfs the mode of the place that it is mounted on.
                    others.append("chmod ").append(mode(it)).append(' ').append(inRoot(it.at()));
                }
                others.append(others.isEmpty() || others.charAt(others.length() - 1) == '\n' ? "" : " &&\n");
                within.add(mount.at());
            }
        }
        return "mkdir -p --" + directories + " &&\n" + others + "true";
    }

    private static String inRoot(Path path) {
        return quoted("." + path);
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }
}
