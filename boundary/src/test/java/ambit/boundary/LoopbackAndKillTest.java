package ambit.boundary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The kernel channel from outside, and what is left of a guest when it is ended. */
final class LoopbackAndKillTest {
    private static final int PORT = 7070;
    private static final String CLIENT = """
            import socket, sys
            for host in ("127.0.0.1", "::1"):
                with socket.create_connection((host, 7070), 5) as c:
                    print(c.recv(100).decode())
            """;

    @SuppressWarnings("NullAway.Init")
    private static ProcessBoundary boundary;

    @BeforeAll
    static void open() throws BoundaryRefused {
        boundary = ProcessBoundary.open();
    }

    @AfterAll
    static void close() {
        boundary.close();
    }

    private static void requireNetworks() {
        Assumptions.assumeTrue(boundary.check().loopback(), "an ordinary process; KernelProcessesTest covers it");
    }

    /** Answers two connections with {@code text}. */
    private static Thread answering(ServerSocketChannel listener, String text) {
        return Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 2; i++) {
                try (SocketChannel accepted = listener.accept()) {
                    accepted.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    @Test
    void twoGuestsReachEachTheirOwnListenerOnOnePortAndTheHostReachesNeither() throws Exception {
        requireNetworks();
        BoundarySpec spec = Guests.python("input()\n" + CLIENT)
                .network(new Network.Loopback(PORT))
                .build();
        try (RunningGuest first = boundary.start(spec);
                RunningGuest second = boundary.start(spec)) {
            Thread one = answering(first.loopback().orElseThrow(), "one");
            Thread two = answering(second.loopback().orElseThrow(), "two");
            assertThatThrownBy(() -> SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT)))
                    .isInstanceOf(IOException.class);
            for (RunningGuest guest : List.of(first, second)) {
                guest.stdin().write('\n');
                guest.stdin().close();
            }
            assertThat(first.stdout().readAllBytes()).asString().isEqualTo("one\none\n");
            assertThat(second.stdout().readAllBytes()).asString().isEqualTo("two\ntwo\n");
            one.join();
            two.join();
        }
    }

    @Test
    void aGuestReachesNothingElseAndIsToldSoAtOnce() throws Exception {
        try (ServerSocketChannel host =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            int port = ((InetSocketAddress) host.getLocalAddress()).getPort();
            String script = """
                    import socket, time
                    for target in (("192.0.2.1", 80), ("169.254.169.254", 80), ("127.0.0.1", %d)):
                        start = time.monotonic()
                        try:
                            socket.create_connection(target, 5)
                            print("reached")
                        except OSError as e:
                            print(e.errno, time.monotonic() - start < 1)
                    try:
                        socket.getaddrinfo("example.com", 80)
                        print("resolved")
                    except OSError:
                        print("unresolved")
                    """.formatted(port);
            Guests.Outcome outcome = Guests.run(boundary, Guests.python(script).build());
            assertThat(outcome.out()).isEqualTo("101 True\n101 True\n111 True\nunresolved\n");
        }
    }

    @Test
    void killingLeavesNoProcessNamespaceGroupOrFile() throws Exception {
        RunningGuest guest = boundary.start(Guests.shell(
                        "for i in 1 2 3 4 5; do setsid sh -c 'trap \"\" TERM HUP; sleep 600' & done; echo up; sleep 600")
                .build());
        BufferedReader out = new BufferedReader(new InputStreamReader(guest.stdout(), StandardCharsets.UTF_8));
        assertThat(out.readLine()).isEqualTo("up");
        List<ProcessHandle> all = Stream.concat(
                        ProcessHandle.of(guest.pid()).stream(),
                        ProcessHandle.of(guest.pid()).orElseThrow().descendants())
                .toList();
        assertThat(all).hasSizeGreaterThanOrEqualTo(8);
        long before = System.nanoTime();
        guest.kill();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
        assertThat(all).allMatch(handle -> !handle.isAlive() || Processes.isZombie(handle.pid()));
        assertThat(guest.waitFor().how()).isEqualTo(Exit.How.KILLED);
        guest.close();
        assertThat(boundary.scratchDirectories()).isZero();
    }

    @Test
    void uidsAndNamespacesReturnToWhereTheyWereAfterManyGuests() throws Exception {
        requireNetworks();
        long namespaces = networkNamespaces();
        for (int i = 0; i < 40; i++) {
            try (RunningGuest guest = boundary.start(Guests.shell("sleep 600")
                    .network(new Network.Loopback(PORT))
                    .build())) {
                assertThat(guest.loopback()).isPresent();
            }
        }
        assertThat(boundary.guestsAlive()).isZero();
        assertThat(ownGroups()).isEmpty();
        assertThat(networkNamespaces()).isLessThanOrEqualTo(namespaces + 1);
    }

    @Test
    void aGuestOutlivesTheThreadThatAskedForIt() throws Exception {
        FutureTask<RunningGuest> start = new FutureTask<>(
                () -> boundary.start(Guests.shell("read line; echo $line").build()));
        Thread asking = Thread.ofPlatform().start(start);
        asking.join();
        try (RunningGuest guest = start.get()) {
            guest.stdin().write("still here\n".getBytes(StandardCharsets.UTF_8));
            guest.stdin().close();
            assertThat(guest.stdout().readAllBytes()).asString().isEqualTo("still here\n");
            assertThat(guest.waitFor().success()).isTrue();
        }
    }

    @Test
    void anExitCodeComesThroughAndAProgramThatIsNotThereIsNotASuccess() throws Exception {
        assertThat(Guests.run(boundary, Guests.shell("exit 7").build()).exit()).isEqualTo(new Exit(Exit.How.EXITED, 7));
        assertThat(Guests.run(boundary, BoundarySpec.of(List.of("/nowhere")).build())
                        .exit()
                        .success())
                .isFalse();
        assertThat(Guests.run(
                                boundary,
                                Guests.shell("true")
                                        .workdir(Path.of("/nowhere"))
                                        .build())
                        .exit()
                        .how())
                .isEqualTo(Exit.How.NOT_STARTED);
    }

    /** Guests' control groups of this process: one that a forgotten process is in can not be removed. */
    private static List<Path> ownGroups() throws IOException {
        List<Path> found = new ArrayList<>();
        String own = "ambit-" + ProcessHandle.current().pid() + "-*";
        Path pids = Path.of("/sys/fs/cgroup/pids");
        if (Files.exists(pids)) {
            try (DirectoryStream<Path> groups = Files.newDirectoryStream(pids, own)) {
                for (Path group : groups) {
                    try (DirectoryStream<Path> guests = Files.newDirectoryStream(group, Files::isDirectory)) {
                        guests.forEach(found::add);
                    }
                }
            }
        }
        return found;
    }

    /** Distinct network namespaces that threads and descendants of this process are in. */
    private static long networkNamespaces() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            return Stream.concat(
                            threads,
                            ProcessHandle.current()
                                    .descendants()
                                    .map(handle -> Path.of("/proc", Long.toString(handle.pid()))))
                    .map(path -> path.resolve("ns/net"))
                    .flatMap(link -> {
                        try {
                            return Stream.of(Files.readSymbolicLink(link).toString());
                        } catch (IOException e) {
                            return Stream.empty();
                        }
                    })
                    .distinct()
                    .count();
        }
    }
}
