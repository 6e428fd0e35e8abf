package ambit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.boundary.BoundaryRefused;
import ambit.boundary.ProcessBoundary;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore.EndContext;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import ambit.wire.Peer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transactions with real guests in real boundaries, started through the real front socket; only core and drivers are scripted. */
@Timeout(120)
class ContextRunTest {
    private static final AgentSpec.Limit LIMIT = new AgentSpec.Limit(512L << 20, 64, 256, 1L << 20, 30, 30, 16L << 20);

    private static final Path SDK = Path.of(System.getProperty("ambit.root", ".."))
            .resolve("sdk/python/ambit.py")
            .toAbsolutePath()
            .normalize();

    private final ScriptedKernel kernel = new ScriptedKernel();
    private final Bound log = ScriptedKernel.tool("git.git_log", "{\"name\":\"git_log\",\"inputSchema\":{}}");
    private final Bound helper = ScriptedKernel.child("helper");
    private Path directory;
    private ProcessBoundary boundary;
    private BrokerProcess broker;

    @BeforeEach
    void start() throws Exception {
        boundary = ProcessBoundary.open();
        Assumptions.assumeTrue(boundary.check().loopback(), "guests' loopback needs root or a kernel process");
        directory = Files.createTempDirectory("broker");
        Files.setPosixFilePermissions(directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwx--x--x"));
        broker = new BrokerProcess(
                kernel,
                kernel.proofs(),
                boundary,
                new GuestView(List.of(Path.of("/etc/hostname"), SDK), kernel.publicKey()),
                directory.resolve("doors"),
                directory.resolve("front.sock"),
                List.of(me()),
                Duration.ofSeconds(20));
        broker.start();
        kernel.drivers.put("git.git_log", (params, answer) -> answer.done("{\"commits\":2}"));
    }

    private static String me() throws IOException {
        Path path = Files.createTempDirectory("peer").resolve("s");
        try (var listener = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                return Peer.uid(client);
            }
        }
    }

    @AfterEach
    void stop() {
        if (broker != null) {
            broker.close();
        }
        boundary.close();
    }

    private static AgentSpec agent(String script) {
        return agent(script, new TreeMap<>());
    }

    private static AgentSpec agent(String script, SortedMap<String, AgentSpec> children) {
        return new AgentSpec(
                "researcher",
                List.of("/bin/sh", "-c", script),
                new TreeMap<>(),
                "/tmp",
                List.of(),
                LIMIT,
                new TreeMap<>(),
                children);
    }

    private Admitted admit(Bound... capabilities) {
        Admitted admitted = kernel.context("researcher", capabilities);
        kernel.answerNextAdmission(admitted);
        return admitted;
    }

    private FrameChannel front(AgentSpec spec) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("front.sock")));
        FrameChannel front = new FrameChannel(channel);
        front.send(new FrontRequest.Run(Blob.EMPTY, Blob.EMPTY, spec.toBlob()).toCbor());
        return front;
    }

    private static List<FrontEvent> events(FrameChannel front) throws IOException {
        List<FrontEvent> events = new ArrayList<>();
        while (true) {
            FrontEvent event = FrontEvent.fromCbor(front.receive());
            events.add(event);
            if (event instanceof FrontEvent.Finished || event instanceof FrontEvent.Refused) {
                return events;
            }
        }
    }

    private static String output(List<FrontEvent> events) {
        StringBuilder text = new StringBuilder();
        for (FrontEvent event : events) {
            if (event instanceof FrontEvent.Stdout(Blob bytes)) {
                text.append(new String(bytes.toArray(), StandardCharsets.UTF_8));
            }
        }
        return text.toString();
    }

    private static FrontEvent.Finished finished(List<FrontEvent> events) {
        assertThat(events.getLast()).isInstanceOf(FrontEvent.Finished.class);
        return (FrontEvent.Finished) events.getLast();
    }

    private void assertNothingIsLeft() throws IOException {
        try (var left = Files.list(directory.resolve("doors"))) {
            assertThat(left).isEmpty();
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("output of"));
    }

    @Test
    void a_guest_reaches_the_kernel_by_socket_and_loopback_and_its_output_comes_out() throws IOException {
        admit(log);
        String body = "'{\"handle\":\"" + log.handle().toHex() + "\",\"params\":{}}'";
        String script =
                "curl -sS --unix-socket $AMBIT_SOCKET -d " + body + " http://k/syscall/tool_call | cut -c1-40; echo; "
                        + "curl -sS $AMBIT_URL/syscall/handles | cut -c1-30; echo; cat; echo oops >&2";
        try (FrameChannel front = front(agent(script))) {
            front.send(new FrontRequest.Stdin(JsonText.utf8("from outside\n")).toCbor());
            front.send(new FrontRequest.StdinEnd().toCbor());
            List<FrontEvent> events = events(front);
            assertThat(output(events))
                    .contains("{\"ok\":true,\"result\":{\"commits\":2}")
                    .contains("{\"ok\":true,\"handles\":[{\"name\"")
                    .contains("from outside");
            FrontEvent.Finished finished = finished(events);
            assertThat(finished.how()).isEqualTo(End.SUCCESS);
            assertThat(finished.effects()).isEqualTo(1);
            assertThat(events).anyMatch(FrontEvent.Called.class::isInstance);
            assertThat(events).contains(new FrontEvent.Stderr(JsonText.utf8("oops\n")));
            assertThat(kernel.heard)
                    .last()
                    .isInstanceOfSatisfying(
                            EndContext.class,
                            end -> assertThat(end.resultDigest())
                                    .isEqualTo(JsonText.utf8(output(events)).sha256()));
        }
        assertNothingIsLeft();
    }

    @Test
    void an_agent_that_fails_commits_nothing() throws IOException {
        Admitted admitted = admit();
        try (FrameChannel front = front(agent("exit 7"))) {
            FrontEvent.Finished finished = finished(events(front));
            assertThat(finished.how()).isEqualTo(End.AGENT_FAILED);
            assertThat(finished.exitCode()).isEqualTo(7);
        }
        assertThat(kernel.heard).contains(new EndContext(admitted.context(), End.AGENT_FAILED, 7, Blob.EMPTY.sha256()));
    }

    @Test
    void closing_the_front_connection_kills_the_guest_and_the_call_that_runs() throws Exception {
        Admitted admitted = admit(log);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        kernel.drivers.put("git.git_log", (params, answer) -> {
            running.countDown();
            answer.awaitCancel();
            cancelled.countDown();
        });
        String body = "'{\"handle\":\"" + log.handle().toHex() + "\"}'";
        FrameChannel front = front(agent("curl -sS -d " + body + " $AMBIT_URL/syscall/tool_call"));
        running.await();
        front.close();
        cancelled.await();
        broker.close();
        assertThat(kernel.heard).contains(new EndContext(admitted.context(), End.KILLED, 137, Blob.EMPTY.sha256()));
        assertNothingIsLeft();
    }

    @Test
    void a_kill_is_heard_while_the_guest_ignores_its_input() throws IOException {
        admit();
        try (FrameChannel front = front(agent("sleep 600"))) {
            for (int i = 0; i < 20; i++) {
                front.send(new FrontRequest.Stdin(Blob.of(new byte[100_000])).toCbor());
            }
            front.send(new FrontRequest.Kill().toCbor());
            assertThat(finished(events(front)).how()).isEqualTo(End.KILLED);
        }
    }

    @Test
    void a_context_that_the_core_stopped_is_killed_and_others_go_on() throws IOException {
        Admitted stopped = admit();
        try (FrameChannel front = front(agent("sleep 600"))) {
            assertThat(FrontEvent.fromCbor(front.receive())).isInstanceOf(FrontEvent.Started.class);
            admit();
            try (FrameChannel other = front(agent("cat"))) {
                assertThat(FrontEvent.fromCbor(other.receive())).isInstanceOf(FrontEvent.Started.class);
                kernel.toKill.add(stopped.context());
                assertThat(finished(events(front)).how()).isEqualTo(End.KILLED);
                other.send(new FrontRequest.StdinEnd().toCbor());
                assertThat(finished(events(other)).how()).isEqualTo(End.SUCCESS);
            }
        }
    }

    @Test
    void an_agent_that_says_too_much_is_ended() throws IOException {
        admit(helper);
        kernel.answerNextAdmission(kernel.context("helper"));
        SortedMap<String, AgentSpec> children = new TreeMap<>();
        children.put("helper", agent("head -c 2000000 /dev/zero; sleep 600"));
        String spawn = "'{\"handle\":\"" + helper.handle().toHex() + "\"}'";
        String script = "h=$(curl -sS -d " + spawn + " $AMBIT_URL/syscall/spawn_child | cut -d'\"' -f6); "
                + "curl -sS -d '{\"handle\":\"'$h'\"}' $AMBIT_URL/syscall/tool_call | tail -c 600";
        try (FrameChannel front = front(agent(script, children))) {
            assertThat(output(events(front))).contains("\"ended\":\"killed\"");
        }
    }

    @Test
    void the_front_tells_what_lives() throws IOException {
        admit(log);
        try (FrameChannel front = front(agent("echo up; cat"))) {
            while (!(FrontEvent.fromCbor(front.receive()) instanceof FrontEvent.Stdout)) {
                // Until the guest runs.
            }
            try (FrameChannel other =
                    new FrameChannel(SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("front.sock"))))) {
                other.send(new FrontRequest.Status().toCbor());
                FrontEvent.Live live = (FrontEvent.Live) FrontEvent.fromCbor(other.receive());
                assertThat(live.transactions()).singleElement().satisfies(transaction -> {
                    assertThat(transaction.id()).isEqualTo("tx-researcher");
                    assertThat(transaction.agent()).isEqualTo("researcher");
                });
            }
        }
    }

    @Test
    void the_wall_clock_ends_a_guest() throws IOException {
        admit();
        AgentSpec.Limit second = new AgentSpec.Limit(512L << 20, 64, 256, 1L << 20, 30, 1, 16L << 20);
        AgentSpec spec = new AgentSpec(
                "researcher",
                List.of("/bin/sleep", "600"),
                new TreeMap<>(),
                "/tmp",
                List.of(),
                second,
                new TreeMap<>(),
                new TreeMap<>());
        try (FrameChannel front = front(spec)) {
            assertThat(finished(events(front)).how()).isEqualTo(End.TIMED_OUT);
        }
    }

    @Test
    void a_mount_that_the_broker_was_not_given_is_refused_by_the_boundary() throws IOException {
        Admitted admitted = admit();
        AgentSpec spec = new AgentSpec(
                "researcher",
                List.of("/bin/true"),
                new TreeMap<>(),
                "/tmp",
                List.of(new AgentSpec.Mount("/etc/x", 5)),
                LIMIT,
                new TreeMap<>(),
                new TreeMap<>());
        try (FrameChannel front = front(spec)) {
            FrontEvent.Refused refused = (FrontEvent.Refused) events(front).getLast();
            assertThat(refused.stage()).isEqualTo("boundary");
        }
        assertThat(kernel.heard)
                .contains(new EndContext(admitted.context(), End.BOUNDARY_REFUSED, -1, Blob.EMPTY.sha256()));
        assertThatThrownBy(() -> new GuestView(List.of(), kernel.publicKey())
                        .of(spec, admitted.context(), Path.of("/x"), java.util.Optional.empty()))
                .isInstanceOf(BoundaryRefused.class);
    }

    @Test
    void a_child_gets_its_input_and_its_output_is_the_result_of_its_handle() throws IOException {
        admit(helper, log);
        Admitted child = kernel.context("helper", log);
        kernel.answerNextAdmission(child);
        SortedMap<String, AgentSpec> children = new TreeMap<>();
        children.put("helper", agent("echo \"got $0\"; exit 3"));
        String spawn = "'{\"handle\":\"" + helper.handle().toHex()
                + "\",\"narrow\":{\"git.git_log\":{\"at-most\":1,\"where\":{\"n\":{\"max\":3}}}},\"input\":\"the input\"}'";
        String script = "h=$(curl -sS -d " + spawn + " $AMBIT_URL/syscall/spawn_child | cut -d'\"' -f6); "
                + "curl -sS -d '{\"handle\":\"'$h'\"}' $AMBIT_URL/syscall/tool_call";
        try (FrameChannel front = front(agent(script, children))) {
            List<FrontEvent> events = events(front);
            assertThat(output(events))
                    .startsWith("{\"ok\":true,\"result\":{\"exit\":3,\"output\":\"got the input\\n\"},\"proof\":\"");
            assertThat(finished(events).how()).isEqualTo(End.SUCCESS);
        }
        assertThat(kernel.heard)
                .anyMatch(it -> it instanceof EndContext end
                        && end.context().equals(child.context())
                        && end.how() == End.AGENT_FAILED);
        assertNothingIsLeft();
    }

    @Test
    void children_end_with_their_parent() throws IOException {
        admit(helper);
        Admitted child = kernel.context("helper");
        kernel.answerNextAdmission(child);
        SortedMap<String, AgentSpec> children = new TreeMap<>();
        children.put("helper", agent("sleep 600"));
        String spawn = "'{\"handle\":\"" + helper.handle().toHex() + "\"}'";
        try (FrameChannel front = front(agent("curl -sS -d " + spawn + " $AMBIT_URL/syscall/spawn_child", children))) {
            assertThat(finished(events(front)).how()).isEqualTo(End.SUCCESS);
        }
        assertThat(kernel.heard)
                .anyMatch(it -> it instanceof EndContext end
                        && end.context().equals(child.context())
                        && end.how() == End.KILLED);
        assertNothingIsLeft();
    }

    @Test
    void without_the_core_every_transaction_is_killed_and_the_broker_ends() throws Exception {
        admit();
        try (FrameChannel front = front(agent("echo up; sleep 600"))) {
            while (!(FrontEvent.fromCbor(front.receive()) instanceof FrontEvent.Stdout)) {
                // Until the guest runs.
            }
            broker.loseKernel();
            FrontEvent.Refused refused = (FrontEvent.Refused) events(front).getLast();
            assertThat(refused.stage()).isEqualTo("kernel");
        }
        assertThat(broker.awaitEnd()).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void what_a_guest_finds_in_its_environment_is_the_kernels_word() throws IOException {
        Admitted admitted = admit();
        SortedMap<String, String> env = new TreeMap<>();
        env.put("OPENAI_BASE_URL", "http://elsewhere");
        env.put("AMBIT_CORE_KEY", "elsewhere");
        env.put("AMBIT_CONTEXT", "elsewhere");
        env.put("MINE", "yes");
        env.put("TZ", "Europe/Berlin");
        AgentSpec spec = new AgentSpec(
                "researcher",
                Arrays.asList("/usr/bin/env"),
                env,
                "/tmp",
                List.of(),
                LIMIT,
                new TreeMap<>(),
                new TreeMap<>());
        try (FrameChannel front = front(spec)) {
            assertThat(output(events(front)))
                    .contains("OPENAI_BASE_URL=http://127.0.0.1:7070/v1")
                    .contains("MCP_SERVER_URL=http://127.0.0.1:7070/mcp")
                    .contains("AMBIT_CORE_KEY=" + kernel.publicKey().toHex())
                    .contains("AMBIT_CONTEXT=" + admitted.context().toHex())
                    .contains("MINE=yes", "TZ=Europe/Berlin", "LANG=C.UTF-8")
                    .doesNotContain("elsewhere");
        }
    }

    @Test
    void a_guest_that_uses_the_sdk_verifies_the_proofs_of_its_own_context() throws IOException {
        admit(log);
        kernel.drivers.put("memory_write", (params, answer) -> answer.done("{}"));
        SortedMap<String, String> env = new TreeMap<>();
        env.put("PYTHONPATH", "/opt/ambit");
        String program = """
                import ambit
                print(ambit.tool_call("git.git_log"), ambit.memory_read("k"), ambit.memory_write("k", 1))
                ambit.pin("11" * 32)
                try:
                    ambit.tool_call("git.git_log")
                except ambit.Unproved as refused:
                    print(refused)
                """;
        AgentSpec spec = new AgentSpec(
                "researcher",
                List.of("/usr/bin/python3", "-c", program),
                env,
                "/tmp",
                List.of(new AgentSpec.Mount("/opt/ambit/ambit.py", 1)),
                LIMIT,
                new TreeMap<>(),
                new TreeMap<>());
        try (FrameChannel front = front(spec)) {
            assertThat(output(events(front)))
                    .startsWith("{'commits': 2} None None\n")
                    .contains("another core");
        }
        assertThat(kernel.executed).hasSize(3);
    }
}
