package ambit.boundary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What bubblewrap's guests have, OCI runtimes' guests have too. */
final class OciBoundaryTest {
    private static final int PORT = 7070;

    @SuppressWarnings("NullAway.Init")
    private static Boundaries boundaries;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path shared;

    @BeforeAll
    static void open() throws BoundaryRefused {
        boundaries = Boundaries.open();
    }

    @AfterAll
    static void close() {
        boundaries.close();
    }

    private static BoundarySpec.Builder in(By by, BoundarySpec.Builder spec) {
        try {
            Assumptions.assumeTrue(Launcher.current() instanceof Launcher.Root, "two uids for a guest need root");
            OciRuntime.find(by);
        } catch (BoundaryRefused e) {
            Assumptions.abort(by.title() + " can not be tried here: " + e.sentence() + "; " + e.hint());
        }
        return spec.demand(new Demand(by.tier(), Optional.of(by)));
    }

    @ParameterizedTest
    @EnumSource(value = By.class, names = "PROCESS", mode = Mode.EXCLUDE)
    void aGuestSeesTheSameAsInBubblewrap(By by) throws Exception {
        Files.writeString(shared.resolve("readable"), "from the host");
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        BoundarySpec spec = in(
                        by,
                        Guests.shell("id -u; id -un; hostname; pwd; env | sort; cat /data/readable; cat \"/opt/it's\";"
                                + " for d in / /etc /usr /data /dev /tmp /home/agent /dev/shm; do"
                                + " touch $d/x 2>/dev/null && echo writable $d; done; exit 7"))
                .mount(new Mount.ReadOnly(shared, Path.of("/data")))
                .mount(new Mount.FileContent(Path.of("/opt/it's"), " content\n".getBytes(StandardCharsets.UTF_8)))
                .environment("GIVEN", "a \"b\" \\ \u00e9\n\ud83d\ude00")
                .hostname("elsewhere")
                .build();
        Guests.Outcome inContainer = Guests.run(boundaries, spec);
        Guests.Outcome inBubblewrap = Guests.run(
                boundaries,
                new BoundarySpec(
                        spec.command(),
                        spec.environment(),
                        spec.workdir(),
                        spec.mounts(),
                        spec.limits(),
                        spec.network(),
                        spec.hostname(),
                        Demand.ANY));
        assertThat(inContainer.out()).isEqualTo(inBubblewrap.out()).contains("from the host content", "writable /tmp");
        assertThat(inContainer.exit()).isEqualTo(new Exit(Exit.How.EXITED, 7));
    }

    @ParameterizedTest
    @EnumSource(value = By.class, names = "PROCESS", mode = Mode.EXCLUDE)
    void theGuestFindsTheListenerOfItsOwnNetworkAndOnlyThat(By by) throws Exception {
        BoundarySpec spec =
                in(by, Guests.python("""
                        import socket
                        with socket.create_connection(("127.0.0.1", 7070), 5) as s:
                            print(s.recv(100).decode())
                        try:
                            socket.create_connection(("192.0.2.1", 80), 5)
                        except OSError as e:
                            print(e.errno)
                        """)).network(new Network.Loopback(PORT)).build();
        try (RunningGuest guest = boundaries.start(spec)) {
            ServerSocketChannel listener = guest.loopback().orElseThrow();
            try (SocketChannel accepted = listener.accept()) {
                accepted.write(java.nio.ByteBuffer.wrap("door".getBytes(StandardCharsets.UTF_8)));
            }
            assertThat(guest.stdout().readAllBytes()).asString().isEqualTo("door\n101\n");
            assertThat(guest.waitFor().success()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(value = By.class, names = "PROCESS", mode = Mode.EXCLUDE)
    void theWholeTreeIsGoneWhenItIsKilled(By by) throws Exception {
        BoundarySpec spec = in(
                        by,
                        Guests.shell("for i in 1 2 3; do setsid sh -c 'trap \"\" TERM HUP; sleep 600' & done;"
                                + " echo up; sleep 600"))
                .build();
        AtomicReference<Observation> seen = new AtomicReference<>();
        try (RunningGuest guest = boundaries.start(spec, (_, observation) -> seen.set(observation))) {
            assertThat(guest.by()).isEqualTo(by);
            assertThat(guest.stdout().read()).isEqualTo('u');
            List<ProcessHandle> all = Stream.concat(
                            ProcessHandle.of(guest.pid()).stream(),
                            ProcessHandle.of(guest.pid()).orElseThrow().descendants())
                    .toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(6);
            long before = System.nanoTime();
            guest.kill();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
            assertThat(all).allMatch(handle -> !handle.isAlive() || Processes.isZombie(handle.pid()));
            assertThat(guest.waitFor().how()).isEqualTo(Exit.How.KILLED);
        }
        assertThat(seen.get().seccomp()).isEqualTo(2);
        assertThat(seen.get().noNewPrivileges()).isTrue();
        assertThat(seen.get().namespaces()).contains("ipc", "mnt", "net", "pid", "user", "uts");
    }

    @ParameterizedTest
    @EnumSource(
            value = By.class,
            names = {"CRUN", "RUNC"})
    void limitsHold(By by) throws Exception {
        Limits limits = new Limits(128L << 20, 24, 64, 4L << 20, 20, Duration.ofSeconds(30), 8L << 20);
        Guests.Outcome outcome =
                Guests.run(boundaries, in(by, Guests.python("""
                        import os, resource, time
                        n = 0
                        try:
                            while n < 200:
                                if os.fork() == 0:
                                    time.sleep(60)
                                    os._exit(0)
                                n += 1
                        except OSError as e:
                            print("stopped", 15 <= n <= 24, e.errno)
                        for name in ("/tmp/a", "/dev/shm/a"):
                            try:
                                with open(name, "wb") as file:
                                    while True:
                                        file.write(b"x" * 65536)
                            except OSError as e:
                                print("file", e.errno)
                        print(resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_NOFILE), flush=True)
                        os.kill(-1, 9)
                        """)).limits(limits).build());
        assertThat(outcome.out()).isEqualTo("stopped True 11\nfile 27\nfile 27\n(1, 1) (64, 64)\n");
        Guests.Outcome hog = Guests.run(
                boundaries,
                in(by, Guests.python("kept = [bytearray(b'x' * (1 << 20)) for i in range(400)]"))
                        .limits(limits)
                        .build());
        assertThat(hog.exit().how()).isEqualTo(Exit.How.MEMORY_LIMIT);
    }

    @Test
    void whatIsMissingOrTooWeakIsRefusedAndNothingRuns() {
        assertThatThrownBy(() -> boundaries.start(
                        Guests.shell("true").demand(Demand.parse("microvm")).build()))
                .isInstanceOf(BoundaryRefused.class)
                .hasMessageContaining("no boundary here is as strong as microvm");
        assertThatThrownBy(() -> Demand.parse("oci:youki"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("oci:crun");
        assertThat(Demand.parse("oci:runsc").atLeast(Demand.parse("container"))).isTrue();
        assertThat(Demand.parse("oci:runc").atLeast(Demand.parse("gvisor"))).isFalse();
        assertThat(Demand.parse("container").accepts(By.PROCESS)).isFalse();
        assertThat(Demand.parse(Demand.parse("oci:runc").text()).accepts(By.CRUN))
                .isFalse();
    }
}
