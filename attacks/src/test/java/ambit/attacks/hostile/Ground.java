package ambit.attacks.hostile;

import ambit.attacks.Repository;
import ambit.attacks.hostile.Weakness.Part;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreConfig;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A core and drivers of a test build, with their real sockets, files and log, and no boundary around them: whoever stands here has the
 * broker's place and everything else.
 */
final class Ground implements AutoCloseable {
    /** What a kernel says to its log. */
    private static final List<Logger> SILENT =
            List.of(Logger.getLogger("ambit.core"), Logger.getLogger("ambit.drivers"));

    static {
        SILENT.forEach(each -> each.setLevel(Level.OFF));
        // A core without limits dies of full stacks, at length.
        Thread.setDefaultUncaughtExceptionHandler((_, _) -> {});
    }

    private final Path root;
    private final List<Weakness> weaknesses;
    private final Upstream upstream;
    private final Process victim;
    private Running running;

    /** What runs until the core is killed. */
    private record Running(AutoCloseable core, AutoCloseable drivers, Outside honest, Position position) {}

    private Ground(Path root, List<Weakness> weaknesses, Upstream upstream, Process victim) throws Exception {
        this.root = root;
        this.weaknesses = weaknesses;
        this.upstream = upstream;
        this.victim = victim;
        this.running = start(Map.of(), Blob.EMPTY);
    }

    static Ground of(List<Weakness> weaknesses, Upstream upstream) throws Exception {
        Path root = Files.createTempDirectory(Path.of("/tmp"), "hg-");
        for (String name : List.of("core", "drivers", "keys", "grants", "run", "program")) {
            Files.createDirectory(root.resolve(name));
        }
        for (String socket : List.of("core-broker", "core-drivers", "core-admin", "drivers-broker", "drivers-admin")) {
            Files.createDirectory(root.resolve("run").resolve(socket));
        }
        for (String key : List.of("tenant.key", "alice.key")) {
            Files.createFile(root.resolve("keys").resolve(key));
        }
        ProcessBuilder sleeper = new ProcessBuilder("sleep", "600");
        sleeper.environment().put("MODEL_KEY", Reach.CANARY + "of-a-victim");
        return new Ground(root, weaknesses, upstream, sleeper.start());
    }

    private Running start(Map<String, ambit.authority.signing.SigningKey> keys, Blob floor) throws Exception {
        Path dist = Repository.file("target/dist");
        String self = Files.getOwner(root).getName();
        Path run = root.resolve("run");
        CoreConfig config = new CoreConfig(
                root.resolve("core"),
                run.resolve("core-broker/core.sock"),
                run.resolve("core-drivers/core.sock"),
                run.resolve("core-admin/core.sock"),
                List.of(self),
                List.of(self),
                List.of(self),
                "ambit/ground",
                floor);
        TestBuild coreBuild = TestBuild.of(dist, Part.CORE, weaknesses);
        AutoCloseable core = (AutoCloseable)
                make(coreBuild, "ambit.core.CoreProcess", parsed(coreBuild, "ambit.wire.CoreConfig", config.toCbor()));
        Blob coreKey = PublicKeyFile.read(root.resolve("core/core.pub"));
        AutoCloseable drivers = drivers(dist, self, coreKey);
        Outside honest = new Outside(
                keys,
                run.resolve("core-admin/core.sock"),
                upstream,
                TestBuild.of(dist, Part.BROKER, weaknesses),
                coreKey);
        honest.register();
        Targets targets = new Targets(
                root.toString(),
                run.toString(),
                root.resolve("program").toString(),
                List.of(victim.pid()),
                List.of(victim.pid()),
                upstream.port());
        Position position = new Position(
                run.resolve("core-broker/core.sock"), run.resolve("drivers-broker/drivers.sock"), honest, targets);
        return new Running(core, drivers, honest, position);
    }

    private AutoCloseable drivers(Path dist, String self, Blob coreKey) throws Exception {
        Path run = root.resolve("run");
        List<String> users = List.of(self);
        Cbor limits = Cbor.array(5000, 20_000, 20_000, 20_000, 1 << 20);
        Cbor config = Cbor.record(
                run.resolve("core-drivers/core.sock"),
                run.resolve("drivers-broker/drivers.sock"),
                run.resolve("drivers-admin/drivers.sock"),
                root.resolve("drivers/memory.db"),
                users,
                users,
                users,
                coreKey,
                List.of(Cbor.array(1, "model", upstream.address(), "env:MODEL_KEY", limits, false, List.of())),
                Cbor.array(0, 0, 0, List.of(), Map.of(), Map.of(), Map.of()),
                Cbor.array("", "", ""));
        TestBuild build = TestBuild.of(dist, Part.DRIVERS, weaknesses);
        // The JDBC driver makes itself known when it is loaded.
        Class.forName("org.sqlite.JDBC", true, build);
        Class<?> launcher = build.loadClass("ambit.drivers.ServerLauncher");
        Object none = Proxy.newProxyInstance(build, new Class<?>[] {launcher}, (_, _, _) -> {
            throw new IllegalStateException("no servers are started here");
        });
        for (Method method : build.loadClass("ambit.drivers.DriversProcess").getDeclaredMethods()) {
            if (method.getName().equals("start")) {
                return (AutoCloseable) called(
                        method,
                        parsed(build, "ambit.drivers.DriversConfig", config),
                        Map.of("MODEL_KEY", Reach.CANARY + "of-the-ground"),
                        none,
                        InstantSource.system());
            }
        }
        throw new IllegalStateException("the drivers cannot be started");
    }

    /** A configuration as an object of the build. */
    private static Object parsed(TestBuild build, String type, Cbor config) throws Exception {
        Class<?> blob = build.loadClass("ambit.wire.Blob");
        Object bytes = blob.getMethod("of", byte[].class).invoke(null, (Object) Cbor.encode(config));
        return called(build.loadClass(type).getMethod("parse", blob), bytes);
    }

    private static Object make(TestBuild build, String type, Object argument) throws Exception {
        Constructor<?> constructor = Arrays.stream(build.loadClass(type).getDeclaredConstructors())
                .filter(each -> each.getParameterCount() == 1)
                .findFirst()
                .orElseThrow();
        return called(constructor, argument);
    }

    private static Object called(Executable executable, Object... arguments) throws Exception {
        executable.setAccessible(true);
        try {
            return executable instanceof Constructor<?> constructor
                    ? constructor.newInstance(arguments)
                    : java.util.Objects.requireNonNull(((Method) executable).invoke(null, arguments));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Runs an attack to its end. */
    Result run(Attack attack) throws Exception {
        Path copy = root.resolve("copy-of-core");
        if (attack.meanwhile() == Attack.Meanwhile.STATE_IS_ROLLED_BACK) {
            Repository.copyTree(root.resolve("core"), copy);
            for (String key : List.of("core.key", "core.ml-dsa.key", "master.key")) {
                Files.setPosixFilePermissions(copy.resolve(key), PosixFilePermissions.fromString("rw-------"));
            }
        }
        Blob prepared = attack.preparation().prepare(running.position());
        switch (attack.meanwhile()) {
            case NOTHING -> {}
            case PERMITS_EXPIRE -> Time.awaitClock(System.currentTimeMillis() + Attack.PERMIT_MS);
            case CORE_IS_KILLED -> restart(Blob.EMPTY);
            case STATE_IS_ROLLED_BACK -> {
                Blob floor = checkpoint();
                stop();
                Repository.delete(root.resolve("core"));
                Files.move(copy, root.resolve("core"));
                try {
                    running = start(running.honest().keys(), floor);
                } catch (RuntimeException e) {
                    return Result.NOT_STARTED;
                }
            }
        }
        return attack.late().strike(running.position(), prepared);
    }

    private Blob checkpoint() throws IOException {
        return running.honest().checkpoint();
    }

    private void restart(Blob floor) throws Exception {
        stop();
        running = start(running.honest().keys(), floor);
    }

    /** Nothing is ended first. */
    private void stop() throws Exception {
        running.core().close();
        running.drivers().close();
        running.position().close();
    }

    @Override
    public void close() {
        victim.destroyForcibly();
        try {
            stop();
        } catch (Exception e) {
            throw new AssertionError("a ground did not end", e);
        }
        Repository.delete(root);
    }
}
