package ambit.boundary;

import ambit.boundary.BoundaryReport.Finding;
import ambit.boundary.seccomp.Architecture;
import ambit.boundary.seccomp.SeccompFilter;
import ambit.boundary.seccomp.SeccompFilter.Profile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The {@link Tier#PROCESS} boundary: namespaces made by bubblewrap, an unprivileged uid without capabilities, a seccomp
 * allow-list, resource limits, and nothing in view but a read-only runtime and what the spec mounts.
 *
 * <p>It can be used by real root, by an ordinary user, and from inside a boundary that {@link KernelProcesses} made
 * nestable; {@link Network.Loopback} needs the first or the last of these.
 */
public final class ProcessBoundary implements Boundary {
    /** The guest's home directory. */
    public static final Path HOME = Path.of("/home/agent");

    /** What every guest's environment starts from. */
    public static final Map<String, String> DEFAULT_ENVIRONMENT = Map.of(
            "HOME", HOME.toString(),
            "TMPDIR", "/tmp",
            "PATH", "/usr/local/bin:/usr/bin:/bin",
            "LANG", "C.UTF-8",
            "USER", "agent",
            "LOGNAME", "agent");

    /**
     * Opens the files on fixed descriptors, joins the control groups, then becomes the launcher. Only single digits:
     * POSIX promises no more for redirections.
     */
    static final String SCRIPT = "umask 022; exec 3<\"$1\" 4<\"$2\" 5>>\"$3\" || exit 125; shift 3; "
            + "while [ \"$1\" != -- ]; do echo 0 >\"$1\" || exit 125; shift; done; shift; exec \"$@\"";

    /** All that a guest's boundary is has come about: says so by an empty line, and begins when it is told to by another one. */
    private static final String GATE = "echo && read -r _ && exec \"$@\"";

    private static final String GUEST_UID = "1000";
    /** RLIMIT_CORE of 1 is what keeps the kernel from starting a core dump handler outside; 0 is not. */
    private static final String NO_CORE = "--core=1:1";

    private final Tools tools;
    private final Tools.Version version;
    private final Launcher launcher;
    private final byte[] filter;
    private final ControlGroups groups;
    private final boolean ownGroups;
    private final Optional<UidPool> uids;
    private final Path scratchRoot;
    private final EtcDirectory etc;
    private final Spawner spawner = new Spawner("ambit-boundary-spawner");
    private final Spawner listeningSpawner = new Spawner("ambit-boundary-listening-spawner");
    private final Watch watch = new Watch();
    private final Map<Start, RunningGuest> guests = new ConcurrentHashMap<>();
    private final AtomicLong names = new AtomicLong();
    private volatile boolean closed;

    private ProcessBoundary(Tools tools, Launcher launcher, Architecture architecture) throws BoundaryRefused {
        this.tools = tools;
        this.version = tools.bwrapVersion();
        this.launcher = launcher;
        ControlGroups delegated = ControlGroups.delegated();
        this.ownGroups = launcher instanceof Launcher.Root;
        this.groups = ownGroups ? ControlGroups.makeOwn() : delegated;
        Profile profile = counted() ? Profile.GUEST : Profile.GUEST_METERED;
        this.filter = SeccompFilter.assemble(architecture, profile);
        this.uids = switch (launcher) {
            case Launcher.Root _ ->
                Optional.of(new UidPool(Launcher.ROOT_GUEST_BASE, Launcher.ROOT_GUEST_BASE + Launcher.ROOT_GUESTS - 1));
            case Launcher.Range range -> Optional.of(new UidPool(range.firstUid(), range.lastUid()));
            case Launcher.Nested _, Launcher.Ordinary _, Launcher.Unfit _ -> Optional.empty();
        };
        try {
            this.scratchRoot = Scratch.root();
            this.etc = new EtcDirectory(scratchRoot);
        } catch (IOException e) {
            throw new BoundaryRefused("no temporary files can be made", "make java.io.tmpdir writable", e);
        }
    }

    /**
     * Looks at what this machine and this process offer.
     *
     * @throws BoundaryRefused if anything is missing that every guest needs
     */
    public static ProcessBoundary open() throws BoundaryRefused {
        Launcher launcher = Launcher.current();
        if (launcher instanceof Launcher.Unfit unfit) {
            throw new BoundaryRefused(unfit.sentence(), unfit.hint());
        }
        Architecture architecture = Architecture.current()
                .orElseThrow(() -> new BoundaryRefused(
                        "there is no system call table for " + System.getProperty("os.arch"),
                        "run on x86_64 or aarch64"));
        ProcessBoundary boundary = new ProcessBoundary(Tools.find(), launcher, architecture);
        BoundaryReport report = boundary.check();
        if (!report.usable()) {
            boundary.close();
            Finding first = report.missing().getFirst();
            throw new BoundaryRefused(first.sentence(), first.hint());
        }
        return boundary;
    }

    @Override
    public RunningGuest start(BoundarySpec spec, Beginning beginning) throws BoundaryRefused {
        if (!spec.demand().accepts(By.PROCESS)) {
            throw new BoundaryRefused(
                    "the policy asks for the boundary " + spec.demand().text() + " and this one is "
                            + By.PROCESS.title(),
                    "use a boundary that will do");
        }
        if (spec.network() instanceof Network.Loopback && !launcher.ownsNetworks()) {
            throw new BoundaryRefused(
                    "an ordinary process can not listen in a guest's network",
                    "start guests from a kernel process: run: ambit up");
        }
        OptionalInt uid = takeUid();
        Start start = new Start(uid);
        try {
            FileSystem files = planned(spec);
            RunningGuest guest = start.run(spec, files);
            guests.put(start, guest);
            watch.over(guest, spec.limits(), !counted());
            if (closed) {
                guest.close();
                throw new BoundaryRefused("the boundary is closed", "start it again");
            }
            begin(guest, spec, files, beginning);
            return guest;
        } catch (IOException e) {
            start.undo();
            throw new BoundaryRefused(
                    "the guest's files or control groups could not be made: " + e.getMessage(), "run: ambit doctor", e);
        } catch (BoundaryRefused | RuntimeException e) {
            start.undo();
            throw e;
        }
    }

    /** What else may make boundaries of the same means, as long as this is not closed. */
    Ground ground() {
        return new Ground(launcher, tools, groups, uids, scratchRoot, etc, spawner, listeningSpawner, watch, names);
    }

    /** What a guest of this spec is to see. */
    FileSystem planned(BoundarySpec spec) throws BoundaryRefused, IOException {
        return FileSystem.ofGuest(spec, etc);
    }

    /** One that did not come as far as the gate has ended, and says why on its standard error. */
    private static void begin(RunningGuest guest, BoundarySpec spec, FileSystem files, Beginning beginning)
            throws BoundaryRefused {
        try {
            OptionalLong waiting = guest.waiting();
            if (waiting.isPresent()) {
                Observation seen = Observation.of(waiting.getAsLong());
                seen.require(guest.uid(), files, spec.limits());
                beginning.begins(guest, seen);
                guest.release();
            }
        } catch (BoundaryRefused | RuntimeException e) {
            guest.close();
            throw e;
        } catch (IOException e) {
            guest.close();
            throw new BoundaryRefused(
                    "the guest's boundary could not be looked at: " + e.getMessage(), "run: ambit doctor", e);
        }
    }

    private OptionalInt takeUid() throws BoundaryRefused {
        if (uids.isEmpty()) {
            return OptionalInt.empty();
        }
        OptionalInt uid = uids.get().take();
        if (uid.isEmpty()) {
            throw new BoundaryRefused("every uid for guests is in use", "end transactions or wait");
        }
        return uid;
    }

    private boolean counted() {
        return !(groups instanceof ControlGroups.Absent);
    }

    /** One start, so that whatever it took can be given back if it does not come about. */
    private final class Start {
        private final OptionalInt uid;
        private final List<Runnable> taken = new ArrayList<>();

        Start(OptionalInt uid) {
            this.uid = uid;
            uid.ifPresent(value -> taken.add(() -> uids.ifPresent(pool -> pool.giveBack(value))));
        }

        RunningGuest run(BoundarySpec spec, FileSystem files) throws IOException, BoundaryRefused {
            Scratch scratch = Scratch.in(scratchRoot);
            taken.add(scratch::close);
            Optional<ControlGroups.Group> group = groups.make("g" + names.incrementAndGet(), spec.limits());
            group.ifPresent(each -> taken.add(each::remove));
            OptionalInt port = port(spec.network());
            Spawner.Spawned spawned =
                    (port.isPresent() ? listeningSpawner : spawner).start(command(spec, files, scratch, group), port);
            return new RunningGuest(spawned, scratch, group, uid.isPresent() ? uid.getAsInt() : ownUid(), this::undo);
        }

        private List<String> command(
                BoundarySpec spec, FileSystem files, Scratch scratch, Optional<ControlGroups.Group> group)
                throws IOException {
            List<String> command = new ArrayList<>(List.of(tools.sh().toString(), "-c", SCRIPT, "ambit"));
            command.add(
                    scratch.options("options", options(spec, files, scratch)).toString());
            command.add(scratch.filter(filter).toString());
            command.add(scratch.statusFile().toString());
            group.ifPresent(each -> each.joinFiles().forEach(file -> command.add(file.toString())));
            command.add("--");
            command.addAll(dropPrivileges(uid));
            command.addAll(List.of(tools.bwrap().toString(), "--args", "3", "--seccomp", "4"));
            command.addAll(List.of("--json-status-fd", "5", "--"));
            command.addAll(limited(spec.limits()));
            command.addAll(List.of("/bin/sh", "-c", GATE, "ambit"));
            command.addAll(spec.command());
            return command;
        }

        /** Gives everything back, the last taken first. */
        void undo() {
            taken.reversed().forEach(Runnable::run);
            taken.clear();
            guests.remove(this);
        }
    }

    private static Bubblewrap options(BoundarySpec spec, FileSystem files, Scratch scratch) throws IOException {
        Bubblewrap options = new Bubblewrap()
                .isolation(spec.hostname())
                .add("--disable-userns", "--uid", GUEST_UID, "--gid", GUEST_UID);
        if (spec.network() instanceof Network.None) {
            options.add("--unshare-net");
        }
        try {
            options.fileSystem(files, spec.limits().tmpBytes(), content -> {
                try {
                    return scratch.content(content.bytes());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw new IOException("could not write a file for the guest", e);
        }
        return options.coverKernelTables()
                .add("--remount-ro", "/")
                .add("--chdir", spec.workdir().toString())
                .environment(spec.environment());
    }

    /** Leaves the launcher's uid and capabilities behind before bubblewrap runs. */
    private List<String> dropPrivileges(OptionalInt uid) {
        return switch (launcher) {
            case Launcher.Root _, Launcher.Range _ -> {
                String value = Integer.toString(uid.orElseThrow());
                yield List.of(
                        tools.setpriv().toString(),
                        "--reuid=" + value,
                        "--regid=" + value,
                        "--clear-groups",
                        "--inh-caps=-all",
                        "--ambient-caps=-all",
                        "--bounding-set=-all",
                        "--");
            }
            case Launcher.Nested _ ->
                List.of(
                        tools.setpriv().toString(),
                        "--inh-caps=-all",
                        "--ambient-caps=-all",
                        "--bounding-set=-all",
                        "--");
            case Launcher.Ordinary _ -> List.of();
            case Launcher.Unfit unfit -> throw new IllegalStateException(unfit.sentence());
        };
    }

    /** The first program inside sets the limits: processes are then counted in the guest's own user namespace. */
    private List<String> limited(Limits limits) {
        List<String> command = new ArrayList<>();
        command.add(tools.prlimit().toString());
        command.add("--nproc=" + (limits.processes() + Limits.LAUNCHER_PROCESSES));
        command.add("--nofile=" + limits.openFiles());
        command.add("--fsize=" + limits.fileBytes());
        command.add("--cpu=" + limits.cpuSeconds() + ":" + (limits.cpuSeconds() + 1));
        command.add(NO_CORE);
        if (!counted()) {
            // Coarse on purpose, since stacks and reserved heaps count too: it bounds what one process can take
            // between two looks of the meter.
            command.add("--data=" + (2 * limits.memoryBytes() + (1L << 30)));
        }
        command.add("--");
        return command;
    }

    private static OptionalInt port(Network network) {
        return network instanceof Network.Loopback loopback ? OptionalInt.of(loopback.port()) : OptionalInt.empty();
    }

    private static int ownUid() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public BoundaryReport check() {
        List<Finding> missing = new ArrayList<>();
        List<Finding> warnings = new ArrayList<>();
        if (!version.atLeast(0, 8)) {
            missing.add(new Finding(
                    "bwrap " + version.text() + " is too old, 0.8 is needed", "run: apt-get install bubblewrap"));
        } else if (!version.atLeast(0, 12)) {
            warnings.add(new Finding(
                    "bwrap " + version.text() + " follows links in mount points (CVE-2026-87766)",
                    "0.12 or newer is better; mount points here lie in a fresh root, where guests plant no links"));
        }
        if (!counted()) {
            warnings.add(new Finding(
                    "no control group is delegated, so memory is summed up over /proc twenty times a second",
                    "start ambit as root to have memory limited by the kernel"));
        }
        if (uids.isEmpty()) {
            warnings.add(new Finding(
                    "all guests share one kernel uid", "start ambit as root to give each guest a uid of its own"));
        }
        if (missing.isEmpty()) {
            tryOne().ifPresent(missing::add);
        }
        return new BoundaryReport(
                Tier.PROCESS,
                launcher.label(),
                version.text(),
                groups.label(),
                uids.isPresent(),
                launcher.ownsNetworks(),
                missing,
                warnings);
    }

    /** Starts a guest that reports its own confinement; says what is wrong with it. */
    private Optional<Finding> tryOne() {
        Limits limits = new Limits(256L << 20, 16, 64, 1L << 20, 5, Duration.ofSeconds(10), 1L << 20);
        BoundarySpec probe = BoundarySpec.of(
                        List.of("/bin/sh", "-c", "while read -r l; do echo \"$l\"; done </proc/self/status"))
                .limits(limits)
                .build();
        try (RunningGuest guest = start(probe)) {
            guest.stdin().close();
            String status = new String(guest.stdout().readNBytes(16_384), StandardCharsets.UTF_8);
            String complaint = new String(guest.stderr().readNBytes(2_000), StandardCharsets.UTF_8).trim();
            if (!guest.waitFor().success()) {
                return Optional.of(explain(complaint));
            }
            return confined(status)
                    ? Optional.empty()
                    : Optional.of(new Finding(
                            "a guest keeps capabilities or has no seccomp filter",
                            "use a kernel with CONFIG_SECCOMP_FILTER"));
        } catch (BoundaryRefused e) {
            return Optional.of(new Finding(e.sentence(), e.hint()));
        } catch (IOException e) {
            return Optional.of(new Finding("a first guest could not be spoken to", "run: ambit doctor"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(new Finding("interrupted while a first guest was tried", "start again"));
        }
    }

    private static boolean confined(String status) {
        return status.lines().anyMatch(line -> line.matches("CapEff:\\s+0+"))
                && status.lines().anyMatch(line -> line.matches("CapBnd:\\s+0+"))
                && status.lines().anyMatch(line -> line.matches("NoNewPrivs:\\s+1"))
                && status.lines().anyMatch(line -> line.matches("Seccomp:\\s+2"));
    }

    private static Finding explain(String complaint) {
        if (complaint.contains("user namespace") || complaint.contains("uid map") || complaint.contains("namespace")) {
            return new Finding(
                    "user namespaces are not available: " + complaint, "run: sysctl -w user.max_user_namespaces=10000");
        }
        if (complaint.contains("seccomp") || complaint.contains("PR_SET_SECCOMP")) {
            return new Finding(
                    "seccomp filters are not available: " + complaint, "use a kernel with CONFIG_SECCOMP_FILTER");
        }
        return new Finding("a first guest did not start: " + complaint, "run: bwrap --ro-bind / / true");
    }

    /** How many guests were started and not yet closed. */
    int guestsAlive() {
        return guests.size();
    }

    /** How many starts still have files. */
    long scratchDirectories() throws IOException {
        try (Stream<Path> directories = Files.list(scratchRoot)) {
            return directories
                    .filter(path -> Files.exists(path.resolve("status")))
                    .count();
        }
    }

    @Override
    public void close() {
        closed = true;
        guests.values().forEach(RunningGuest::close);
        watch.close();
        spawner.close();
        listeningSpawner.close();
        if (ownGroups) {
            groups.remove();
        }
        Scratch.deleteRoot(scratchRoot);
    }
}
