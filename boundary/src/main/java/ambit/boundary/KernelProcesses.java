package ambit.boundary;

import ambit.boundary.seccomp.Architecture;
import ambit.boundary.seccomp.SeccompFilter;
import ambit.boundary.seccomp.SeccompFilter.Profile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Starts Ambit's own processes in boundaries of their own: each in its own namespaces, without the capabilities of the
 * supervisor, with nothing in view but the runtime and its own directories.
 *
 * <p>Started by root, each process has a kernel uid of its own (see {@link #kernelUid}) and a process that is to nest
 * guests gets a range of further uids and a control group for them. Started by an ordinary user, all have that user's
 * uid and are kept apart by their namespaces alone. Safe for use by several threads.
 *
 * <p>Everything it starts dies with this JVM.
 */
public final class KernelProcesses implements AutoCloseable {
    /** Ambit's processes. */
    public enum Role {
        CORE(0, "core"),
        DRIVERS(1, "drivers"),
        BROKER(2, "broker");

        private final int slot;
        private final String title;

        Role(int slot, String title) {
            this.slot = slot;
            this.title = title;
        }
    }

    /** Who may be at the other end of a Unix socket. */
    public sealed interface Party {
        /** One of Ambit's processes. */
        record Kernel(Role role) implements Party {}

        /** A program outside all boundaries, run by the user who runs the supervisor. */
        record HostUser() implements Party {}
    }

    /**
     * What to run.
     *
     * @param mounts besides the runtime and {@code /tmp}; the directory of this JVM is there as it is on the host
     * @param network {@link Network.None} or {@link Network.Host}
     * @param nestable whether it may start guests with {@link ProcessBoundary#open()}; it then holds capabilities over
     *     its own namespaces and may make namespaces, mounts and, under root, change between the uids of its range
     * @param tmpBytes size of {@code /tmp} and of {@code /dev/shm}
     */
    public record Spec(
            Role role,
            List<String> command,
            Map<String, String> environment,
            List<Mount> mounts,
            Network network,
            boolean nestable,
            long tmpBytes) {
        public Spec {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
            mounts = List.copyOf(mounts);
            if (command.isEmpty()) {
                throw new IllegalArgumentException("no command");
            }
            if (network instanceof Network.Loopback) {
                throw new IllegalArgumentException("a kernel process listens for itself");
            }
        }
    }

    /** The kernel uid of the first role under root. Guests of a nesting role follow 100 to 999 after its slot's base. */
    private static final int BASE = 200_000;

    private static final int SLOT = 1_000;
    private static final int FIRST_GUEST = Launcher.FIRST_GUEST_UID;
    private static final int GUESTS = SLOT - FIRST_GUEST;
    /** Where root's uid appears inside a process that can not change its uid. */
    private static final int HOST_USER_INSIDE = 10;

    private static final String OVERFLOW = "65534";
    private static final String SHARED_NAME = "ambit";
    private static final String SHARED_UID = "1";
    private static final int MAX_INFO = 4096;

    private static final List<String> NESTING_CAPABILITIES = List.of("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SETPCAP");

    /** To give each guest a uid of its own, to end it, and to see in /proc what its boundary has become. */
    private static final List<String> RANGE_CAPABILITIES =
            List.of("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_SYS_PTRACE");

    /** As {@link ProcessBoundary#SCRIPT}; 7 and 8 carry bubblewrap's question for its uids and our answer. */
    private static final String ROOT_SCRIPT =
            "umask 022; exec 3<\"$1\" 4<\"$2\" 5>>\"$3\" 7>&1 8<&0 || exit 125; shift 3; "
                    + "while [ \"$1\" != -- ]; do echo 0 >\"$1\" || exit 125; shift; done; shift; exec \"$@\"";

    private final Tools tools;
    private final boolean root;
    private final Architecture architecture;
    private final Path scratchRoot;
    private final Spawner spawner = new Spawner("ambit-kernel-spawner");
    private final Set<RunningGuest> running = ConcurrentHashMap.newKeySet();

    private KernelProcesses(Tools tools, boolean root, Architecture architecture, Path scratchRoot) {
        this.tools = tools;
        this.root = root;
        this.architecture = architecture;
        this.scratchRoot = scratchRoot;
    }

    /**
     * Looks at what this process is and at the tools it needs.
     *
     * @throws BoundaryRefused if something is missing
     */
    public static KernelProcesses open() throws BoundaryRefused {
        Launcher launcher = Launcher.current();
        boolean root = switch (launcher) {
            case Launcher.Root _ -> true;
            case Launcher.Ordinary _ -> false;
            case Launcher.Unfit unfit -> throw new BoundaryRefused(unfit.sentence(), unfit.hint());
            case Launcher.Range _, Launcher.Nested _ ->
                throw new BoundaryRefused(
                        "the kernel can not be started from inside a boundary", "start it on the host");
        };
        Architecture architecture = Architecture.current()
                .orElseThrow(
                        () -> new BoundaryRefused("there is no system call table here", "run on x86_64 or aarch64"));
        try {
            return new KernelProcesses(Tools.find(), root, architecture, Scratch.root());
        } catch (IOException e) {
            throw new BoundaryRefused("no temporary files can be made", "make java.io.tmpdir writable", e);
        }
    }

    /** Deletes the temporary files of kernels of this user that were killed before they could. */
    public static void sweep() throws IOException {
        Scratch.sweep(Path.of(System.getProperty("java.io.tmpdir")));
    }

    /** Whether every role has a kernel uid of its own. */
    public boolean separateUids() {
        return root;
    }

    /** The host's uid that {@code role} runs under. */
    public int kernelUid(Role role) {
        return root ? BASE + role.slot * SLOT : ownUid();
    }

    /**
     * What {@code observer} sees as the user name of {@code subject} when it asks a connected Unix socket for its peer
     * ({@code UnixDomainPrincipal.user().getName()}): a name that the boundary's user database has, else a number.
     *
     * <p>Under root, the host's user is mapped into no process that can change its uid, or that process could become it.
     * There it shows as the overflow uid {@code 65534}, as any stranger would: rely on the directory of the socket
     * ({@link #own}), which lets in none but its owner and root.
     */
    public String peerName(Party observer, Party subject, boolean observerNestable) {
        return switch (observer) {
            case Party.HostUser _ ->
                hostName(subject instanceof Party.Kernel kernel ? kernelUid(kernel.role()) : ownUid());
            case Party.Kernel _ when !root -> SHARED_NAME;
            case Party.Kernel _ ->
                switch (subject) {
                    case Party.Kernel kernel -> kernel.role().title;
                    case Party.HostUser _ -> observerNestable ? OVERFLOW : "host";
                };
        };
    }

    /**
     * Gives {@code directory} and all in it to {@code role}, for itself alone. Links are changed, not followed. Under an
     * ordinary user only the directory's mode changes.
     */
    public void own(Path directory, Role role) throws IOException {
        if (root) {
            int uid = kernelUid(role);
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path entered, BasicFileAttributes attributes)
                        throws IOException {
                    chown(entered, uid, uid);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    chown(file, uid, uid);
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /**
     * Gives {@code directory} to {@code owner}, and to {@code peer} the right to pass through it to a socket. The socket
     * itself must be made writable for all by its owner: who reaches it is settled by this directory.
     */
    public void share(Path directory, Role owner, Role peer) throws IOException {
        if (root) {
            chown(directory, kernelUid(owner), kernelUid(peer));
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x---"));
        } else {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /**
     * Starts a process. Its streams must be read; it ends by itself or when closed.
     *
     * @throws BoundaryRefused if its boundary can not be made; then nothing runs
     */
    public RunningGuest start(Spec spec) throws BoundaryRefused {
        List<Runnable> taken = new ArrayList<>();
        try {
            RunningGuest guest = root ? startAsRoot(spec, taken) : startAsUser(spec, taken);
            running.add(guest);
            taken.add(() -> running.remove(guest));
            return guest;
        } catch (IOException | UncheckedIOException e) {
            undo(taken);
            throw new BoundaryRefused(
                    "the boundary of the " + spec.role().title + " could not be made: " + e.getMessage(),
                    "run: ambit doctor",
                    e);
        } catch (BoundaryRefused | RuntimeException e) {
            undo(taken);
            throw e;
        }
    }

    private RunningGuest startAsUser(Spec spec, List<Runnable> taken) throws IOException, BoundaryRefused {
        Scratch scratch = Scratch.in(scratchRoot);
        taken.add(scratch::close);
        String users = SHARED_NAME + ":x:1:1::/tmp:/bin/sh\n";
        FileSystem files = files(spec, spec.mounts(), users, SHARED_NAME + ":x:1:\n", List.of());
        Bubblewrap options = inner(spec).add("--uid", SHARED_UID, "--gid", SHARED_UID);
        if (!spec.nestable()) {
            options.add("--disable-userns");
        }
        finish(options, spec, files, content -> contentFile(scratch, content));
        List<String> command = new ArrayList<>(List.of(tools.sh().toString(), "-c", ProcessBoundary.SCRIPT, "ambit"));
        command.add(scratch.options("options", options).toString());
        command.add(scratch.filter(filter(spec)).toString());
        command.add(scratch.statusFile().toString());
        command.add("--");
        command.addAll(List.of(tools.bwrap().toString(), "--args", "3", "--seccomp", "4"));
        command.addAll(List.of("--json-status-fd", "5", "--"));
        command.addAll(program(spec));
        Spawner.Spawned spawned = spawner.start(command, OptionalInt.empty());
        return new RunningGuest(spawned, scratch, Optional.empty(), kernelUid(spec.role()), () -> undo(taken));
    }

    private RunningGuest startAsRoot(Spec spec, List<Runnable> taken) throws IOException, BoundaryRefused {
        Scratch scratch = Scratch.in(scratchRoot);
        taken.add(scratch::close);
        ControlGroups groups = spec.nestable() ? ControlGroups.makeOwn() : new ControlGroups.Absent();
        taken.add(groups::remove);
        List<Path> join = groups.delegateTo(kernelUid(spec.role()));
        View view = new View(scratch.viewDirectory());
        FileSystem files = files(
                spec, inView(view, spec.mounts()), users(spec), groupsFile(spec), inView(view, groups.asMounts()));
        Bubblewrap options = inner(spec).add("--uid", "0", "--gid", "0");
        options.add("--userns-block-fd", "8", "--info-fd", "7");
        finish(options, spec, files, content -> contentFile(scratch, content));
        List<String> command = new ArrayList<>(List.of(tools.sh().toString(), "-c", ROOT_SCRIPT, "ambit"));
        command.add(scratch.options("options", options).toString());
        command.add(scratch.filter(filter(spec)).toString());
        command.add(scratch.statusFile().toString());
        join.forEach(file -> command.add(file.toString()));
        command.add("--");
        command.addAll(List.of(tools.unshare().toString(), "--mount", "--propagation", "private", "--"));
        command.addAll(List.of(tools.sh().toString(), "-c", View.SCRIPT, "ambit"));
        command.addAll(view.pairs());
        command.add("--");
        command.addAll(dropped(kernelUid(spec.role())));
        command.addAll(List.of(tools.bwrap().toString(), "--args", "3", "--seccomp", "4"));
        command.addAll(List.of("--json-status-fd", "5", "--"));
        command.addAll(List.of(tools.sh().toString(), "-c", "exec 8<&-; exec \"$@\"", "ambit"));
        command.addAll(program(spec));
        Spawner.Spawned spawned = spawner.start(command, OptionalInt.empty());
        RunningGuest guest =
                new RunningGuest(spawned, scratch, Optional.empty(), kernelUid(spec.role()), () -> undo(taken));
        release(spec, spawned.process(), guest);
        return guest;
    }

    private static List<Mount> inView(View view, List<? extends Mount> mounts) throws IOException {
        List<Mount> placed = new ArrayList<>();
        for (Mount mount : mounts) {
            placed.add(view.of(mount));
        }
        return placed;
    }

    /** Maps uids into the new user namespace, which only root may do, and lets its first process go on. */
    private void release(Spec spec, Process process, RunningGuest guest) throws IOException {
        try {
            long child = childPid(process);
            boolean ours = process.descendants().anyMatch(each -> each.pid() == child);
            if (!ours) {
                throw new IOException("the launcher named a process that is not its own");
            }
            String map = idMap(spec);
            Files.writeString(Path.of("/proc/" + child + "/uid_map"), map);
            Files.writeString(Path.of("/proc/" + child + "/gid_map"), map);
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        } catch (IOException | RuntimeException e) {
            String complaint = process.isAlive()
                    ? ""
                    : new String(process.getErrorStream().readNBytes(500), java.nio.charset.StandardCharsets.UTF_8);
            guest.close();
            throw new IOException(e.getMessage() + " " + complaint.trim(), e);
        }
    }

    /** Reads the JSON object and the line end that bwrap writes before anything else, and no byte more. */
    private static long childPid(Process process) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < MAX_INFO && text.indexOf("}\n") < 0) {
            int next = process.getInputStream().read();
            if (next < 0) {
                throw new IOException("the launcher ended early");
            }
            text.append((char) next);
        }
        java.util.regex.Matcher pid =
                java.util.regex.Pattern.compile("\"child-pid\": (\\d{1,10})").matcher(text);
        if (!pid.find()) {
            throw new IOException("the launcher did not name its process");
        }
        return Long.parseLong(pid.group(1));
    }

    /** What the process's uids inside are outside: itself, the other roles, and guests or the host's user. */
    private String idMap(Spec spec) {
        int self = kernelUid(spec.role());
        StringBuilder map = new StringBuilder("0 " + self + " 1\n");
        for (Role other : Role.values()) {
            if (other != spec.role()) {
                map.append(insideUid(other))
                        .append(' ')
                        .append(kernelUid(other))
                        .append(" 1\n");
            }
        }
        if (spec.nestable()) {
            map.append(FIRST_GUEST + " " + (self + FIRST_GUEST) + " " + GUESTS + "\n");
        } else {
            map.append(HOST_USER_INSIDE + " 0 1\n");
        }
        return map.toString();
    }

    private static int insideUid(Role role) {
        return 1 + role.slot;
    }

    private static String users(Spec spec) {
        StringBuilder text = new StringBuilder(spec.role().title + ":x:0:0::/tmp:/bin/sh\n");
        for (Role other : Role.values()) {
            if (other != spec.role()) {
                int uid = insideUid(other);
                text.append(other.title + ":x:" + uid + ":" + uid + "::/:/bin/false\n");
            }
        }
        if (!spec.nestable()) {
            text.append("host:x:" + HOST_USER_INSIDE + ":" + HOST_USER_INSIDE + "::/:/bin/false\n");
        }
        return text.toString();
    }

    private static String groupsFile(Spec spec) {
        return spec.role().title + ":x:0:\n";
    }

    private Bubblewrap inner(Spec spec) {
        Bubblewrap options = new Bubblewrap().isolation(spec.role().title);
        if (spec.network() instanceof Network.None) {
            options.add("--unshare-net");
        }
        if (spec.nestable()) {
            NESTING_CAPABILITIES.forEach(capability -> options.add("--cap-add", capability));
            if (root) {
                RANGE_CAPABILITIES.forEach(capability -> options.add("--cap-add", capability));
            }
        }
        return options;
    }

    /** A process that starts guests must see all of its /proc, or the kernel refuses it a new one for them. */
    private static void finish(
            Bubblewrap options,
            Spec spec,
            FileSystem files,
            java.util.function.Function<Mount.FileContent, Path> contents) {
        options.fileSystem(files, spec.tmpBytes(), contents);
        if (!spec.nestable()) {
            options.coverKernelTables();
        }
        options.add("--remount-ro", "/", "--chdir", "/").environment(spec.environment());
    }

    private static FileSystem files(
            Spec spec, List<Mount> mounts, String users, String groups, List<? extends Mount> more)
            throws BoundaryRefused {
        List<Mount> defaults = new ArrayList<>(FileSystem.runtime());
        defaults.addAll(FileSystem.identity(users, groups, spec.role().title));
        defaults.add(FileSystem.text("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"));
        defaults.add(new Mount.Tmpfs(Path.of("/tmp"), spec.tmpBytes()));
        List<Mount> asked = new ArrayList<>(mounts);
        asked.addAll(more);
        if (spec.network() instanceof Network.Host) {
            for (String name : List.of("/etc/resolv.conf", "/etc/hosts")) {
                Path path = Path.of(name);
                if (Files.isReadable(path)) {
                    asked.add(new Mount.ReadOnly(path, path));
                }
            }
        }
        Path java = Path.of(System.getProperty("java.home")).toAbsolutePath().normalize();
        if (!java.startsWith("/usr")) {
            asked.add(new Mount.ReadOnly(java, java));
        }
        return FileSystem.merged(defaults, asked);
    }

    private byte[] filter(Spec spec) {
        return SeccompFilter.assemble(architecture, spec.nestable() ? Profile.NESTING : Profile.GUEST);
    }

    private List<String> program(Spec spec) {
        List<String> command = new ArrayList<>(List.of(tools.prlimit().toString(), "--core=1:1", "--"));
        command.addAll(spec.command());
        return command;
    }

    private List<String> dropped(int uid) {
        return List.of(
                tools.setpriv().toString(),
                "--reuid=" + uid,
                "--regid=" + uid,
                "--clear-groups",
                "--inh-caps=-all",
                "--bounding-set=-all",
                "--");
    }

    private static Path contentFile(Scratch scratch, Mount.FileContent content) {
        try {
            return scratch.content(content.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void undo(List<Runnable> taken) {
        taken.reversed().forEach(Runnable::run);
    }

    private static void chown(Path path, int uid, int gid) throws IOException {
        Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    }

    private static int ownUid() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The name that the host's user database has for {@code uid}, else the number. */
    private static String hostName(int uid) {
        try (java.util.stream.Stream<String> lines = Files.lines(Path.of("/etc/passwd"))) {
            return lines.map(line -> line.split(":", -1))
                    .filter(fields -> fields.length > 2 && fields[2].equals(Integer.toString(uid)))
                    .map(fields -> fields[0])
                    .findFirst()
                    .orElse(Integer.toString(uid));
        } catch (IOException e) {
            return Integer.toString(uid);
        }
    }

    /** Kills all that still runs. */
    @Override
    public void close() {
        running.forEach(RunningGuest::close);
        spawner.close();
        Scratch.deleteRoot(scratchRoot);
    }
}
