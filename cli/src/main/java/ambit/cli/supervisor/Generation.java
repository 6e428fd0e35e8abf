package ambit.cli.supervisor;

import ambit.authority.keyfile.PublicKeyFile;
import ambit.boundary.BoundaryRefused;
import ambit.boundary.Exit;
import ambit.boundary.KernelProcesses;
import ambit.boundary.KernelProcesses.Party;
import ambit.boundary.KernelProcesses.Role;
import ambit.boundary.Mount;
import ambit.boundary.Network;
import ambit.boundary.RunningGuest;
import ambit.cli.outcome.Failure;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreConfig;
import ambit.wire.CoreToAdmin;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Core, drivers and broker, once each, from their start to their end. They are started in this order, because each listens
 * before the next one connects, and the core's public key is part of what the others are told. Who runs is told at once, so
 * that a later supervisor finds what this one leaves if it is killed.
 */
final class Generation implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofSeconds(45);
    private static final Duration GRACE = Duration.ofSeconds(8);
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);
    private static final long LOOK_AGAIN_NANOS = 20_000_000;
    private static final long TMP_BYTES = 256L << 20;
    private static final int IDLE_SECONDS = 300;
    private static final int MOST_MEMBERS = 16;
    private static final int MAX_SECRET = 64 << 10;

    /** Signs and verifies where its native library loads; see {@link ambit.authority.signing.Signed}. */
    private static final String CORRETTO = "com.amazon.corretto.crypto.provider";

    private static final String VECTORS = "jdk.incubator.vector";

    private static final Path INSIDE_JARS = Path.of("/opt/ambit");
    private static final Path INSIDE_STATE = Path.of("/var/ambit");
    private static final Path INSIDE_SOCKETS = Path.of("/run/ambit");
    private static final Path INSIDE_CONFIG = Path.of("/opt/ambit.cbor");

    /** A directory for one socket: who listens in it, and who else may reach it; the host's user reaches all. */
    private record Door(String name, Role owner, List<Role> peers) {}

    private static final Door CORE_BROKER = new Door("core-broker", Role.CORE, List.of(Role.BROKER));
    private static final Door CORE_DRIVERS = new Door("core-drivers", Role.CORE, List.of(Role.DRIVERS));
    private static final Door CORE_ADMIN = new Door("core-admin", Role.CORE, List.of());
    private static final Door DRIVERS_BROKER = new Door("drivers-broker", Role.DRIVERS, List.of(Role.BROKER));
    private static final Door DRIVERS_ADMIN = new Door("drivers-admin", Role.DRIVERS, List.of());
    private static final Door BROKER_FRONT = new Door("broker-front", Role.BROKER, List.of());
    private static final List<Door> DOORS =
            List.of(CORE_BROKER, CORE_DRIVERS, CORE_ADMIN, DRIVERS_BROKER, DRIVERS_ADMIN, BROKER_FRONT);

    /** How the core says that its log has lost its newest part. */
    private static final String OLDER = "the log is older";

    /** How the core begins what it says of a state that began in another place. */
    private static final String OTHER = "checkpoint is of the log ";

    private final KernelProcesses boundary;
    private final Places places;
    private final KernelPlan plan;
    private final Distribution distribution;
    private final Map<String, String> environment;
    private final KernelLog log;
    private final Consumer<Map<String, KernelStatus.Member>> started;
    private final Map<Role, RunningGuest> running = new EnumMap<>(Role.class);

    /** The threads that read what each says on its standard error. */
    private final Map<Role, Thread> complaints = new EnumMap<>(Role.class);

    Generation(
            KernelProcesses boundary,
            Places places,
            KernelPlan plan,
            Distribution distribution,
            Map<String, String> environment,
            KernelLog log,
            Consumer<Map<String, KernelStatus.Member>> started) {
        this.boundary = boundary;
        this.places = places;
        this.plan = plan;
        this.distribution = distribution;
        this.environment = environment;
        this.log = log;
        this.started = started;
    }

    /** Starts all three, and returns when runs can start. */
    void start() throws IOException, BoundaryRefused, InterruptedException {
        prepare();
        launch(Role.CORE, coreConfig());
        awaitReady(Role.CORE, this::coreAnswers);
        Blob coreKey = coreKey();
        launch(Role.DRIVERS, driversConfig(coreKey));
        awaitReady(Role.DRIVERS, () -> Files.exists(places.driversAdmin()) && driversAreConnected());
        launch(Role.BROKER, brokerConfig(coreKey));
        awaitReady(Role.BROKER, this::brokerAnswers);
        checkpoint();
    }

    private void prepare() throws IOException {
        places.makeRuntime();
        for (Door door : DOORS) {
            Path directory = places.runtime().resolve(door.name());
            Places.makePrivate(directory);
            if (door.peers().isEmpty()) {
                boundary.own(directory, door.owner());
            } else {
                boundary.share(directory, door.owner(), door.peers().getFirst());
            }
        }
        Places.makePrivate(places.broker().resolve("doors"));
        Places.makePrivate(places.drivers().resolve("home"));
        Places.makePrivate(places.core());
        boundary.own(places.core(), Role.CORE);
        boundary.own(places.drivers(), Role.DRIVERS);
        boundary.own(places.broker(), Role.BROKER);
        passable(places.broker());
        passable(places.broker().resolve("doors"));
    }

    /**
     * Guests' launchers have uids of their own and must get at the one socket that they are given. The state directory around
     * it keeps everybody else on the host out.
     */
    private static void passable(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    }

    private void launch(Role role, Cbor config) throws BoundaryRefused {
        List<Mount> mounts = new ArrayList<>();
        String name = name(role);
        mounts.add(new Mount.ReadOnly(distribution.lib(name), INSIDE_JARS));
        mounts.addAll(Distribution.javaConfiguration());
        mounts.add(new Mount.FileContent(INSIDE_CONFIG, Cbor.encode(config)));
        mounts.add(new Mount.Writable(places.state().resolve(name), INSIDE_STATE));
        for (Door door : DOORS) {
            Path directory = places.runtime().resolve(door.name());
            if (door.owner() == role) {
                mounts.add(new Mount.Writable(directory, INSIDE_SOCKETS.resolve(door.name())));
            } else if (door.peers().contains(role)) {
                mounts.add(new Mount.ReadOnly(directory, INSIDE_SOCKETS.resolve(door.name())));
            }
        }
        mounts.addAll(view(role));
        RunningGuest guest = boundary.start(new KernelProcesses.Spec(
                role,
                command(role),
                environment(role),
                mounts,
                role == Role.DRIVERS ? new Network.Host() : new Network.None(),
                nestable(role),
                TMP_BYTES));
        log.follow(name, guest.stdout());
        complaints.put(role, log.follow(name, guest.stderr()));
        running.put(role, guest);
        started.accept(members());
    }

    private static boolean nestable(Role role) {
        return role != Role.CORE;
    }

    private List<Mount> view(Role role) {
        List<Mount> mounts = new ArrayList<>();
        switch (role) {
            case CORE -> {}
            case BROKER -> {
                for (int i = 0; i < plan.guestView().size(); i++) {
                    mounts.add(new Mount.ReadOnly(plan.guestView().get(i), KernelPlan.viewPath(i)));
                }
            }
            case DRIVERS -> {
                int i = 0;
                for (Map.Entry<Path, Boolean> entry : plan.toolView().entrySet()) {
                    Path at = KernelPlan.viewPath(i++);
                    mounts.add(
                            entry.getValue()
                                    ? new Mount.Writable(entry.getKey(), at)
                                    : new Mount.ReadOnly(entry.getKey(), at));
                }
                for (int file = 0; file < plan.files().size(); file++) {
                    secret(plan.files().get(file), KernelPlan.secretPath(file), mounts);
                }
            }
        }
        return mounts;
    }

    /** A credential that is not there is the affair of the tool that needs it; the rest of the kernel goes on. */
    private void secret(Path file, Path at, List<Mount> mounts) {
        try (java.io.InputStream in = Files.newInputStream(file)) {
            mounts.add(new Mount.FileContent(at, in.readNBytes(MAX_SECRET)));
        } catch (IOException e) {
            log.say("supervisor", "the credential file " + file + " cannot be read");
        }
    }

    private List<String> command(Role role) {
        List<String> command = new ArrayList<>(List.of(
                Distribution.java().toString(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xss512k",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.io.tmpdir=/tmp",
                "--add-modules",
                "jdk.net"));
        command.addAll(distribution.options(name(role), INSIDE_JARS));
        // The core decides every call and the drivers search and encrypt, so these two get all of the JVM's compilers.
        command.addAll(
                switch (role) {
                    case CORE ->
                        List.of(
                                "-Xmx1g",
                                "--enable-native-access=" + CORRETTO,
                                "--add-modules",
                                CORRETTO,
                                "--module-path",
                                INSIDE_JARS.toString(),
                                "-m",
                                "ambit.core/ambit.core.Main");
                    case BROKER ->
                        List.of(
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx384m",
                                "--enable-native-access=ambit.boundary," + CORRETTO,
                                "--add-modules",
                                CORRETTO,
                                "--module-path",
                                INSIDE_JARS.toString(),
                                "-m",
                                "ambit.broker/ambit.broker.Main");
                    case DRIVERS ->
                        List.of(
                                "-Xmx768m",
                                // Lucene compares vectors with the processor's vector instructions where it finds this
                                // module
                                "--add-modules",
                                VECTORS,
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                INSIDE_JARS + "/*",
                                "ambit.drivers.Main");
                });
        command.add(INSIDE_CONFIG.toString());
        return command;
    }

    private Map<String, String> environment(Role role) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        variables.put("LANG", "C.UTF-8");
        variables.put(
                "HOME", role == Role.DRIVERS ? INSIDE_STATE.resolve("home").toString() : "/tmp");
        if (role == Role.DRIVERS) {
            for (String name : plan.variables()) {
                String value = environment.get(name);
                if (value != null) {
                    variables.put(name, value);
                }
            }
        }
        return variables;
    }

    private Cbor coreConfig() throws IOException {
        return new CoreConfig(
                        INSIDE_STATE,
                        Path.of(inside(CORE_BROKER)),
                        Path.of(inside(CORE_DRIVERS)),
                        Path.of(inside(CORE_ADMIN)),
                        users(Role.CORE, new Party.Kernel(Role.BROKER)),
                        users(Role.CORE, new Party.Kernel(Role.DRIVERS)),
                        users(Role.CORE, new Party.HostUser()),
                        "ambit/" + places.runtime().getFileName(),
                        Witness.of(places, environment).note())
                .toCbor();
    }

    private Cbor driversConfig(Blob coreKey) {
        return Cbor.record(
                inside(CORE_DRIVERS),
                inside(DRIVERS_BROKER),
                inside(DRIVERS_ADMIN),
                INSIDE_STATE.resolve("memory.db").toString(),
                users(Role.DRIVERS, new Party.Kernel(Role.CORE)),
                users(Role.DRIVERS, new Party.Kernel(Role.BROKER)),
                users(Role.DRIVERS, new Party.HostUser()),
                coreKey,
                plan.tools(),
                plan.bodies(),
                plan.memory());
    }

    private Cbor brokerConfig(Blob coreKey) {
        List<String> view = new ArrayList<>();
        for (int i = 0; i < plan.guestView().size(); i++) {
            view.add(KernelPlan.viewPath(i).toString());
        }
        return Cbor.record(
                inside(CORE_BROKER),
                inside(DRIVERS_BROKER),
                inside(BROKER_FRONT),
                INSIDE_STATE.resolve("doors").toString(),
                users(Role.BROKER, new Party.Kernel(Role.CORE)),
                users(Role.BROKER, new Party.Kernel(Role.DRIVERS)),
                users(Role.BROKER, new Party.HostUser()),
                coreKey,
                view,
                IDLE_SECONDS);
    }

    private static String inside(Door door) {
        return INSIDE_SOCKETS
                .resolve(door.name())
                .resolve(name(door.owner()) + ".sock")
                .toString();
    }

    private List<String> users(Role observer, Party subject) {
        return List.of(boundary.peerName(new Party.Kernel(observer), subject, nestable(observer)));
    }

    static String name(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    private Blob coreKey() throws IOException {
        return PublicKeyFile.read(places.coreKey());
    }

    private boolean coreAnswers() throws IOException {
        return status() instanceof CoreToAdmin.CoreStatus;
    }

    private boolean driversAreConnected() throws IOException {
        return status() instanceof CoreToAdmin.CoreStatus core
                && !core.drivers().isEmpty();
    }

    private CoreToAdmin status() throws IOException {
        try (Link core = Link.open(places.coreAdmin(), "core")) {
            core.send(new AdminToCore.Status());
            return CoreToAdmin.fromCbor(core.receive());
        }
    }

    private boolean brokerAnswers() throws IOException {
        try (Link broker = Link.open(places.brokerFront(), "broker")) {
            broker.send(new FrontRequest.Status());
            return FrontEvent.fromCbor(broker.receive()) instanceof FrontEvent.Live;
        }
    }

    private interface Question {
        boolean answered() throws IOException;
    }

    private void awaitReady(Role role, Question question) throws InterruptedException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (!isAnswered(question)) {
            RunningGuest guest = guest(role);
            if (guest.onExit().isDone()) {
                // It may have ended before its last words were read.
                thread(role).join(LAST_WORDS);
                String complaint = log.complaint(name(role));
                throw Failure.kernel(
                        "the " + name(role) + " does not start: "
                                + (complaint.isEmpty() ? words(guest.onExit().join()) : complaint),
                        hint());
            }
            if (System.nanoTime() > deadline) {
                throw Failure.kernel(
                        "the " + name(role) + " is not ready after " + READY_WITHIN.toSeconds() + " s", hint());
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private static boolean isAnswered(Question question) {
        try {
            return question.answered();
        } catch (IOException e) {
            return false;
        }
    }

    private String hint() {
        String complaint = log.complaint(name(Role.CORE));
        if (complaint.startsWith(OTHER)) {
            return "was the project's directory moved, renamed or copied? Its log is named after where it began: move it back there";
        }
        if (complaint.startsWith(OLDER)) {
            return "put the newest copy of " + places.state()
                    + " back; if there is none, and it is known what the older one has forgotten"
                    + " (counts, revocations), remove "
                    + Witness.of(places, environment).file();
        }
        return "what it said is in " + places.kernelLog();
    }

    private Thread thread(Role role) {
        return java.util.Objects.requireNonNull(complaints.get(role));
    }

    private RunningGuest guest(Role role) {
        return java.util.Objects.requireNonNull(running.get(role));
    }

    /**
     * The boundaries' outermost processes and those below them. A boundary whose outermost process alone is killed may go on,
     * so all are named.
     */
    Map<String, KernelStatus.Member> members() {
        Map<String, KernelStatus.Member> members = new LinkedHashMap<>();
        running.forEach((role, guest) -> ProcessHandle.of(guest.pid()).ifPresent(outermost -> {
            members.put(name(role), KernelStatus.Member.of(outermost));
            outermost
                    .descendants()
                    .limit(MOST_MEMBERS)
                    .forEach(process -> members.put(name(role) + " " + process.pid(), KernelStatus.Member.of(process)));
        }));
        return members;
    }

    /** Completes with a sentence when the first of the three has ended. */
    CompletableFuture<String> firstEnd() {
        List<CompletableFuture<String>> ends = new ArrayList<>();
        running.forEach((role, guest) ->
                ends.add(guest.onExit().thenApply(exit -> "the " + name(role) + " ended: " + words(exit))));
        return CompletableFuture.anyOf(ends.toArray(CompletableFuture[]::new)).thenApply(String::valueOf);
    }

    private static String words(Exit exit) {
        return switch (exit.how()) {
            case EXITED -> "exit code " + exit.code();
            case KILLED -> "it was killed (exit code " + exit.code() + ")";
            case WALL_LIMIT, CPU_LIMIT -> "it ran out of time";
            case MEMORY_LIMIT -> "it ran out of memory";
            case NOT_STARTED -> "its boundary did not start it";
        };
    }

    /** Ends all three, the broker first, each with the time to finish what it writes. */
    void stop() {
        checkpoint();
        for (Role role : List.of(Role.BROKER, Role.DRIVERS, Role.CORE)) {
            RunningGuest guest = running.get(role);
            if (guest != null) {
                terminate(guest);
            }
        }
        close();
    }

    private void checkpoint() {
        try {
            Witness.of(places, environment).look(places);
        } catch (IOException e) {
            log.say("supervisor", "no checkpoint was kept outside the state: " + e.getMessage());
        }
    }

    /** Asks the Java inside to end; the boundary around it ends with it. */
    private static void terminate(RunningGuest guest) {
        ProcessHandle.of(guest.pid())
                .ifPresent(outermost -> outermost
                        .descendants()
                        .filter(process -> process.info().command().orElse("").endsWith("/java"))
                        .forEach(ProcessHandle::destroy));
        try {
            guest.onExit().get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
            // It is killed next.
        }
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        running.values().forEach(RunningGuest::close);
        running.clear();
    }
}
