package ambit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.boundary.ProcessBoundary;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.BrokerToCore.EndContext;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import ambit.wire.Peer;
import ambit.wire.Syscall;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transactions without a guest over the real front socket; only core and drivers are scripted. */
@Timeout(60)
class AttendedTest {
    private static final Blob NONE = JsonText.utf8("{}");

    private final ScriptedKernel kernel = new ScriptedKernel();
    private final Bound add = ScriptedKernel.tool("retriever.add", "{}");
    private Path directory;
    private ProcessBoundary boundary;
    private BrokerProcess broker;

    @BeforeEach
    void start() throws Exception {
        boundary = ProcessBoundary.open();
        directory = Files.createTempDirectory("attended");
        broker = new BrokerProcess(
                kernel,
                kernel.proofs(),
                boundary,
                new GuestView(List.of(), kernel.publicKey()),
                directory.resolve("doors"),
                directory.resolve("front.sock"),
                List.of(me()),
                Duration.ofSeconds(20));
        broker.start();
        kernel.drivers.put("retriever.add", (params, answer) -> answer.done("{\"chunks\":2}"));
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
        broker.close();
        boundary.close();
    }

    private static AgentSpec spec(long wallSeconds, String... command) {
        return new AgentSpec(
                "memory",
                List.of(command),
                new TreeMap<>(),
                "/",
                List.of(),
                new AgentSpec.Limit(0, 0, 0, 0, 0, wallSeconds, 0),
                new TreeMap<>(),
                new TreeMap<>());
    }

    private Admitted admit() {
        Admitted admitted = kernel.context("memory", add);
        kernel.answerNextAdmission(admitted);
        return admitted;
    }

    private FrameChannel front() throws IOException {
        return new FrameChannel(SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("front.sock"))));
    }

    private FrameChannel attend(AgentSpec spec) throws IOException {
        FrameChannel front = front();
        front.send(new FrontRequest.Attend(Blob.EMPTY, Blob.EMPTY, spec.toBlob()).toCbor());
        return front;
    }

    private FrameChannel attended() throws IOException {
        FrameChannel front = attend(spec(60));
        assertThat(FrontEvent.fromCbor(front.receive())).isInstanceOf(FrontEvent.Started.class);
        return front;
    }

    private static void call(FrameChannel front, long id, Syscall syscall, String capability, Blob params)
            throws IOException {
        front.send(new FrontRequest.Call(id, syscall, capability, params).toCbor());
    }

    /** The next event that is not the observer's. */
    private static FrontEvent next(FrameChannel front) throws IOException {
        while (true) {
            FrontEvent event = FrontEvent.fromCbor(front.receive());
            if (!(event instanceof FrontEvent.Called)) {
                return event;
            }
        }
    }

    private static FrontEvent.Finished end(FrameChannel front, boolean commit) throws IOException {
        front.send(new FrontRequest.EndAttended(commit).toCbor());
        return (FrontEvent.Finished) next(front);
    }

    @Test
    void calls_are_decided_and_carried_out_like_a_guests_and_their_answers_carry_the_proof() throws IOException {
        Admitted admitted = admit();
        try (FrameChannel front = attended()) {
            call(front, 5, Syscall.TOOL_CALL, "retriever.add", NONE);
            FrontEvent.Answered answer = (FrontEvent.Answered) next(front);
            assertThat(answer.id()).isEqualTo(5);
            assertThat(answer.result()).isEqualTo(JsonText.utf8("{\"chunks\":2}"));
            assertThat(kernel.proofs()
                            .confirm(
                                    answer.proof(),
                                    new Proofs.Expected(
                                            admitted.context(),
                                            admitted.transaction(),
                                            1,
                                            NONE.sha256(),
                                            java.util.Optional.of(
                                                    answer.result().sha256()))))
                    .isTrue();
            assertThat(end(front, true).how()).isEqualTo(End.SUCCESS);
        }
        assertThat(kernel.heard).contains(new EndContext(admitted.context(), End.SUCCESS, 0, Blob.EMPTY.sha256()));
    }

    @Test
    void the_log_says_before_the_first_call_that_there_is_no_boundary() throws IOException {
        Admitted admitted = admit();
        try (FrameChannel front = attended()) {
            call(front, 1, Syscall.MEMORY_READ, "", JsonText.utf8("{\"key\":\"a\"}"));
            assertThat(next(front)).isInstanceOf(FrontEvent.Answered.class);
        }
        assertThat(List.copyOf(kernel.heard).subList(1, 3))
                .satisfiesExactly(
                        report -> {
                            assertThat(report)
                                    .isEqualTo(new BrokerToCore.Report(
                                            admitted.context(),
                                            JsonText.utf8("{\"tier\":\"none\",\"attended\":true}")));
                        },
                        decide -> assertThat(decide).isInstanceOf(BrokerToCore.Decide.class));
    }

    @Test
    void a_refusal_is_the_answer_and_the_next_call_goes_on() throws IOException {
        admit();
        kernel.denials.put("memory_write", Denial.READ_ONLY);
        try (FrameChannel front = attended()) {
            call(front, 1, Syscall.MEMORY_WRITE, "", NONE);
            assertThat(next(front)).isEqualTo(new FrontEvent.Failed(1, Denial.READ_ONLY, Denial.READ_ONLY.sentence()));
            call(front, 2, Syscall.TOOL_CALL, "no.such", NONE);
            assertThat(next(front))
                    .isEqualTo(new FrontEvent.Failed(2, Denial.UNKNOWN_HANDLE, Denial.UNKNOWN_HANDLE.sentence()));
            call(front, 3, Syscall.SPAWN_CHILD, "retriever.add", NONE);
            assertThat(next(front))
                    .isInstanceOfSatisfying(
                            FrontEvent.Failed.class, it -> assertThat(it.code()).isEqualTo(Denial.MALFORMED));
            call(front, 4, Syscall.TOOL_CALL, "retriever.add", NONE);
            assertThat(next(front)).isInstanceOf(FrontEvent.Answered.class);
        }
    }

    @Test
    void a_result_whose_proof_is_another_contexts_is_not_shown() throws IOException {
        admit();
        kernel.mixUpProofs();
        try (FrameChannel front = attended()) {
            call(front, 1, Syscall.TOOL_CALL, "retriever.add", NONE);
            assertThat(next(front))
                    .isInstanceOfSatisfying(
                            FrontEvent.Failed.class, it -> assertThat(it.code()).isEqualTo(Denial.INTERNAL));
        }
    }

    @Test
    void a_large_result_comes_in_pieces() throws IOException {
        admit();
        String piece = "x".repeat(200_000);
        kernel.drivers.put("retriever.add", (_, answer) -> {
            answer.chunk(piece);
            answer.chunk(piece);
            answer.done("end");
        });
        try (FrameChannel front = attended()) {
            call(front, 1, Syscall.TOOL_CALL, "retriever.add", NONE);
            StringBuilder text = new StringBuilder();
            FrontEvent event = next(front);
            while (event instanceof FrontEvent.Piece(long id, Blob bytes)) {
                assertThat(id).isEqualTo(1);
                text.append(new String(bytes.toArray(), StandardCharsets.UTF_8));
                event = next(front);
            }
            text.append(new String(((FrontEvent.Answered) event).result().toArray(), StandardCharsets.UTF_8));
            assertThat(text.toString()).isEqualTo(piece + piece + "end");
        }
    }

    @Test
    void calls_run_side_by_side_and_one_too_many_ends_the_transaction() throws Exception {
        Admitted admitted = admit();
        CountDownLatch all = new CountDownLatch(Attendance.MAX_CALLS);
        kernel.drivers.put("retriever.add", (_, answer) -> {
            all.countDown();
            all.await();
            answer.done("{}");
        });
        try (FrameChannel front = attended()) {
            Map<Long, FrontEvent> answers = new HashMap<>();
            for (long id = 1; id <= Attendance.MAX_CALLS; id++) {
                call(front, id, Syscall.TOOL_CALL, "retriever.add", NONE);
            }
            while (answers.size() < Attendance.MAX_CALLS) {
                FrontEvent.Answered answer = (FrontEvent.Answered) next(front);
                answers.put(answer.id(), answer);
            }
            kernel.drivers.put("retriever.add", (_, answer) -> answer.awaitCancel());
            for (long id = 0; id <= Attendance.MAX_CALLS; id++) {
                call(front, id, Syscall.TOOL_CALL, "retriever.add", NONE);
            }
            FrontEvent event = next(front);
            while (event instanceof FrontEvent.Failed) {
                event = next(front);
            }
            assertThat(((FrontEvent.Finished) event).how()).isEqualTo(End.KILLED);
        }
        assertThat(kernel.heard).contains(new EndContext(admitted.context(), End.KILLED, -1, Blob.EMPTY.sha256()));
    }

    @Test
    void closing_the_connection_drops_the_transaction_and_cancels_its_call() throws Exception {
        Admitted admitted = admit();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        kernel.drivers.put("retriever.add", (_, answer) -> {
            running.countDown();
            answer.awaitCancel();
            cancelled.countDown();
        });
        FrameChannel front = attended();
        call(front, 1, Syscall.TOOL_CALL, "retriever.add", NONE);
        running.await();
        front.close();
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        broker.close();
        assertThat(kernel.heard).contains(new EndContext(admitted.context(), End.KILLED, -1, Blob.EMPTY.sha256()));
    }

    @Test
    void it_is_dropped_when_told_so_or_stopped_or_out_of_time() throws IOException {
        admit();
        try (FrameChannel front = attended()) {
            assertThat(end(front, false).how()).isEqualTo(End.AGENT_FAILED);
        }
        Admitted stopped = admit();
        try (FrameChannel front = attended()) {
            kernel.toKill.add(stopped.context());
            assertThat(((FrontEvent.Finished) next(front)).how()).isEqualTo(End.KILLED);
        }
        Admitted late = admit();
        try (FrameChannel front = attend(spec(1))) {
            assertThat(next(front)).isInstanceOf(FrontEvent.Started.class);
            assertThat(((FrontEvent.Finished) next(front)).how()).isEqualTo(End.TIMED_OUT);
        }
        assertThat(kernel.heard.stream()
                        .filter(it ->
                                it instanceof EndContext end && end.context().equals(late.context())))
                .hasSize(1);
    }

    @Test
    void what_a_guest_runs_is_not_attended_and_what_is_attended_has_no_guest() throws IOException {
        try (FrameChannel front = attend(spec(60, "/bin/true"))) {
            assertThat(((FrontEvent.Refused) next(front)).code()).isEqualTo(Denial.MALFORMED);
        }
        try (FrameChannel front = front()) {
            front.send(new FrontRequest.Run(Blob.EMPTY, Blob.EMPTY, spec(60).toBlob()).toCbor());
            assertThat(((FrontEvent.Refused) next(front)).code()).isEqualTo(Denial.MALFORMED);
        }
        assertThat(kernel.heard).isEmpty();
        try (FrameChannel front = front()) {
            front.send(new FrontRequest.Call(1, Syscall.LOG, "", NONE).toCbor());
            assertThatThrownBy(front::receive).isInstanceOf(IOException.class);
        }
    }
}
