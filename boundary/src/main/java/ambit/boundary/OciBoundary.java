package ambit.boundary;

import ambit.boundary.BoundaryReport.Finding;
import ambit.boundary.seccomp.Architecture;
import ambit.boundary.seccomp.SeccompFilter.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Boundaries that an OCI runtime makes: {@link Tier#CONTAINER} by crun and runc, {@link Tier#GVISOR} by runsc.
 *
 * <p>The runtime is root of a user namespace with two uids and nowhere else: one for itself, one, 1000 inside, for the guest. This
 * process maps them, so it must be real root or hold a range of uids. Around all is a pid namespace whose end is the end of
 * everything in it; it dies with the thread that made it. What the guest's root directory holds is made in a tmpfs of the same
 * namespaces, so that nothing of it is left on a disk. The guest's network namespace is the one that the runtime is started in,
 * where the launcher listens already.
 */
final class OciBoundary implements Boundary {
    /** The runtime's own processes and threads are in the guest's control group. */
    private static final int RUNTIME_PROCESSES = 24;

    /** gVisor has a few threads of the host for each of the guest's. */
    private static final int PER_PROCESS = 4;

    private static final String OPEN = "umask 022; exec 3<\"$1\" || exit 125; shift; "
            + "while [ \"$1\" != -- ]; do echo 0 >\"$1\" || exit 125; shift; done; shift; exec \"$@\"";

    /** Says that the namespaces are made, and goes on when uids are mapped into them. */
    private static final String MAPPED = "echo && read -r _ && exec \"$@\"";

    /** A /proc of the new pid namespace, the bundle in a tmpfs, and control groups as runtimes want to see them. */
    private static final String BUNDLE = "mount -t proc proc /proc && mount -t tmpfs -o mode=0755,size=8m tmpfs \"$1\""
            + " && cd \"$1\" && cat <&3 >config.json && exec 3<&- && mkdir root state && cd root && eval \"$2\" && cd .."
            + " && { [ ! -d /sys/fs ] || { mount -t tmpfs tmpfs /sys/fs && mkdir /sys/fs/cgroup"
            + " && mount -t cgroup2 none /sys/fs/cgroup; }; } && shift 2 && exec \"$@\"";

    /** As a first process that outlives its program and reaps what that leaves. */
    private static final String GATE = "echo && read -r _ && \"$@\"; exit $?";

    private static final String GUEST_UID = "1000";

    private final Ground ground;
    private final OciRuntime runtime;
    private final OciConfig config;
    private final Map<Start, RunningGuest> guests = new ConcurrentHashMap<>();
    private volatile boolean closed;

    OciBoundary(Ground ground, OciRuntime runtime, Architecture architecture) {
        this.ground = ground;
        this.runtime = runtime;
        this.config =
                new OciConfig(runtime.by(), architecture, ground.counted() ? Profile.GUEST : Profile.GUEST_METERED);
    }

    @Override
    public RunningGuest start(BoundarySpec spec, Beginning beginning) throws BoundaryRefused {
        if (!spec.demand().accepts(runtime.by())) {
            throw new BoundaryRefused(
                    "the policy asks for " + spec.demand().text() + " and this boundary is "
                            + runtime.by().title(),
                    "use a boundary that will do");
        }
        UidPool pool = ground.uids()
                .orElseThrow(() -> new BoundaryRefused(
                        runtime.by().title() + " needs two uids for each guest, and there is only one here",
                        "start ambit as root, or choose the boundary 'process'"));
        Start start = new Start(pool);
        try {
            FileSystem files = FileSystem.ofGuest(spec, ground.etc());
            RunningGuest guest = start.run(spec, files);
            guests.put(start, guest);
            ground.watch().over(guest, spec.limits(), !ground.counted());
            if (closed) {
                guest.close();
                throw new BoundaryRefused("the boundary is closed", "start it again");
            }
            begin(start, guest, spec, files, beginning);
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

    private void begin(Start start, RunningGuest guest, BoundarySpec spec, FileSystem files, Beginning beginning)
            throws BoundaryRefused {
        try {
            OptionalLong waiting = start.map(guest) ? guest.waiting() : OptionalLong.empty();
            if (waiting.isPresent()) {
                Observation seen = Observation.of(waiting.getAsLong());
                if (runtime.by().tier() == Tier.GVISOR) {
                    seen.requireOfKernel(start.uids());
                } else {
                    seen.require(guest.uid(), files, spec.limits());
                }
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

    /** One start, so that whatever it took can be given back if it does not come about. */
    private final class Start {
        private final List<Runnable> taken = new ArrayList<>();
        private final int guestUid;
        private final int runtimeUid;

        Start(UidPool pool) throws BoundaryRefused {
            guestUid = take(pool);
            try {
                runtimeUid = take(pool);
            } catch (BoundaryRefused e) {
                undo();
                throw e;
            }
        }

        private int take(UidPool pool) throws BoundaryRefused {
            OptionalInt uid = pool.take();
            if (uid.isEmpty()) {
                throw new BoundaryRefused("every uid for guests is in use", "end transactions or wait");
            }
            taken.add(() -> pool.giveBack(uid.getAsInt()));
            return uid.getAsInt();
        }

        List<Integer> uids() {
            return List.of(guestUid, runtimeUid);
        }

        RunningGuest run(BoundarySpec spec, FileSystem files) throws IOException, BoundaryRefused {
            Scratch scratch = Scratch.in(ground.scratchRoot());
            taken.add(scratch::close);
            Optional<ControlGroups.Group> group =
                    ground.groups().make("c" + ground.names().incrementAndGet(), withRuntime(spec.limits()));
            group.ifPresent(each -> taken.add(each::remove));
            List<String> command = command(spec, files, scratch, group);
            boolean listens = spec.network() instanceof Network.Loopback;
            Spawner.Spawned spawned = (listens ? ground.listeningSpawner() : ground.spawner())
                    .start(
                            command,
                            spec.network() instanceof Network.Loopback it
                                    ? OptionalInt.of(it.port())
                                    : OptionalInt.empty());
            ContainerTrace trace = new ContainerTrace(spawned.process(), runtime.by(), guestUid);
            return new RunningGuest(spawned, trace, group, guestUid, this::undo);
        }

        private List<String> command(
                BoundarySpec spec, FileSystem files, Scratch scratch, Optional<ControlGroups.Group> group)
                throws IOException, BoundaryRefused {
            Tools tools = ground.tools();
            List<String> program = new ArrayList<>(List.of("/bin/sh", "-c", GATE, "ambit"));
            program.addAll(spec.command());
            String json = config.render(
                    spec, files, program, resources(spec.limits()), content -> scratch.content(content.bytes()));
            List<String> command = new ArrayList<>(List.of(tools.sh().toString(), "-c", OPEN, "ambit"));
            command.add(scratch.config(json).toString());
            group.ifPresent(each -> each.joinFiles().forEach(file -> command.add(file.toString())));
            command.addAll(List.of("--", tools.setpriv().toString(), "--pdeathsig=KILL", "--"));
            command.addAll(List.of(tools.unshare().toString(), "--user", "--keep-caps", "--mount", "--cgroup"));
            if (spec.network() instanceof Network.None && runtime.by() == By.RUNSC) {
                command.add("--net");
            }
            command.addAll(List.of("--pid", "--fork", "--kill-child=KILL", "--"));
            command.addAll(List.of(tools.sh().toString(), "-c", MAPPED, "ambit"));
            command.addAll(List.of(tools.setpriv().toString(), "--reuid=0", "--regid=0", "--clear-groups"));
            command.addAll(List.of("--pdeathsig=KILL", "--"));
            command.addAll(List.of(tools.sh().toString(), "-c", BUNDLE, "ambit"));
            command.add(scratch.place().toString());
            command.add(OciConfig.skeleton(files));
            command.addAll(runtime.command("state", "ambit"));
            return command;
        }

        /** Whether the namespaces came about and the two uids are in them. */
        boolean map(RunningGuest guest) throws IOException {
            if (guest.stdout().read() < 0) {
                return false;
            }
            String map = "0 " + runtimeUid + " 1\n" + GUEST_UID + " " + guestUid + " 1\n";
            Path process = Path.of("/proc", Long.toString(guest.pid()));
            Files.writeString(process.resolve("uid_map"), map);
            Files.writeString(process.resolve("gid_map"), map);
            guest.stdin().write('\n');
            guest.stdin().flush();
            return true;
        }

        /** Gives everything back, the last taken first. */
        void undo() {
            taken.reversed().forEach(Runnable::run);
            taken.clear();
            guests.remove(this);
        }
    }

    private Limits withRuntime(Limits limits) {
        int each = runtime.by().tier() == Tier.GVISOR ? PER_PROCESS : 1;
        return new Limits(
                limits.memoryBytes(),
                limits.processes() * each + RUNTIME_PROCESSES * each,
                limits.openFiles(),
                limits.fileBytes(),
                limits.cpuSeconds(),
                limits.wall(),
                limits.tmpBytes());
    }

    /** As {@code prlimit} sets them where bubblewrap is the boundary. */
    private Map<String, List<Long>> resources(Limits limits) {
        Map<String, List<Long>> all = new LinkedHashMap<>();
        all.put("RLIMIT_NPROC", List.of((long) limits.processes() + Limits.LAUNCHER_PROCESSES));
        all.put("RLIMIT_NOFILE", List.of((long) limits.openFiles()));
        all.put("RLIMIT_FSIZE", List.of(limits.fileBytes()));
        all.put("RLIMIT_CPU", List.of((long) limits.cpuSeconds(), limits.cpuSeconds() + 1L));
        all.put("RLIMIT_CORE", List.of(1L));
        if (!ground.counted()) {
            all.put("RLIMIT_DATA", List.of(2 * limits.memoryBytes() + (1L << 30)));
        }
        return all;
    }

    @Override
    public BoundaryReport check() {
        List<Finding> missing = new ArrayList<>();
        if (ground.uids().isEmpty()) {
            missing.add(new Finding(
                    runtime.by().title() + " needs two uids for each guest, and there is only one here",
                    "start ambit as root, or choose the boundary 'process'"));
        } else {
            tryOne().ifPresent(missing::add);
        }
        return new BoundaryReport(
                runtime.by().tier(),
                ground.launcher().label(),
                runtime.version(),
                ground.groups().label(),
                ground.uids().isPresent(),
                ground.launcher().ownsNetworks(),
                missing,
                runtime.warnings());
    }

    private Optional<Finding> tryOne() {
        Limits limits = new Limits(256L << 20, 16, 64, 1L << 20, 5, Duration.ofSeconds(20), 1L << 20);
        BoundarySpec probe = BoundarySpec.of(List.of("/bin/sh", "-c", "echo confined"))
                .limits(limits)
                .demand(new Demand(runtime.by().tier(), Optional.of(runtime.by())))
                .build();
        try (RunningGuest guest = start(probe)) {
            guest.stdin().close();
            String out = new String(guest.stdout().readNBytes(1_000), StandardCharsets.UTF_8);
            String complaint = new String(guest.stderr().readNBytes(2_000), StandardCharsets.UTF_8).trim();
            return guest.waitFor().success() && out.equals("confined\n")
                    ? Optional.empty()
                    : Optional.of(new Finding(
                            "a first guest of " + runtime.by().title() + " did not start: " + complaint,
                            "choose another boundary, or a newer "
                                    + runtime.program().getFileName()));
        } catch (BoundaryRefused e) {
            return Optional.of(new Finding(e.sentence(), e.hint()));
        } catch (IOException e) {
            return Optional.of(new Finding("a first guest could not be spoken to", "run: ambit doctor"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(new Finding("interrupted while a first guest was tried", "start again"));
        }
    }

    /** How many guests were started and not yet closed. */
    int guestsAlive() {
        return guests.size();
    }

    @Override
    public void close() {
        closed = true;
        guests.values().forEach(RunningGuest::close);
    }
}
