package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.Proof;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker;
import ambit.wire.Cose;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import ambit.wire.Syscall;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command's side of an attended transaction, against a broker that says what a test has it say. */
@Timeout(30)
final class AttendedTest {
    private static final SigningKey CORE = SigningKey.generate();
    private static final String TRANSACTION = "11".repeat(16);
    private static final Blob CONTEXT = Blob.fromHex("22".repeat(16));
    private static final Blob PARAMS = utf8("{\"key\":\"a\"}");
    private static final Blob RESULT = utf8("\"value\"");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private ServerSocketChannel listener;

    @BeforeEach
    void listen() throws IOException {
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(directory.resolve("front.sock")));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    private static Blob utf8(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What the broker does with one connection, after it began the transaction. */
    private interface Broker {
        void serve(FrameChannel front) throws IOException;
    }

    private Attended attended(Broker broker) {
        Thread.ofVirtual().start(() -> {
            try (FrameChannel front = new FrameChannel(listener.accept())) {
                FrontRequest.fromCbor(front.receive());
                CoreToBroker.Admitted admitted = new CoreToBroker.Admitted(
                        CONTEXT, TRANSACTION, "memory", List.of(), List.of(), 5, 6, 0, Blob.EMPTY);
                front.send(new FrontEvent.Started(admitted).toCbor());
                broker.serve(front);
            } catch (IOException e) {
                // The command has closed.
            }
        });
        Link link = Link.connect(directory.resolve("front.sock"), "broker");
        FrontRequest.Attend request = new FrontRequest.Attend(Blob.EMPTY, Blob.EMPTY, Blob.EMPTY);
        return Attended.begin(link, CORE.publicKey(), TRANSACTION, request);
    }

    private static Blob proof(SigningKey key, String transaction, long sequence, Blob params, Blob result, int status) {
        Proof proof =
                new Proof(CONTEXT, sequence, params.sha256(), result.sha256(), status, 9, transaction, Blob.EMPTY);
        return Signed.sign(Cose.Domain.PROOF, key, proof.toBlob());
    }

    private static Blob honest(long sequence) {
        return proof(CORE, TRANSACTION, sequence, PARAMS, RESULT, 0);
    }

    /** Answers every call with the value and this proof. */
    private static Broker answering(Blob proof) {
        return front -> {
            while (FrontRequest.fromCbor(front.receive()) instanceof FrontRequest.Call call) {
                front.send(new FrontEvent.Answered(call.id(), 200, RESULT, proof).toCbor());
            }
        };
    }

    private static Attended.Answer read(Attended attended) {
        return attended.call(Syscall.MEMORY_READ, "", PARAMS);
    }

    @Test
    void aProvedResultIsTakenWholeAndTheEndIsTold() {
        Broker broker = front -> {
            FrontRequest.Call call = (FrontRequest.Call) FrontRequest.fromCbor(front.receive());
            front.send(new FrontEvent.Piece(call.id(), utf8("\"val")).toCbor());
            front.send(new FrontEvent.Answered(call.id(), 200, utf8("ue\""), honest(1)).toCbor());
            call = (FrontRequest.Call) FrontRequest.fromCbor(front.receive());
            front.send(new FrontEvent.Failed(call.id(), Denial.NOT_MAPPED, "not here").toCbor());
            assertThat(FrontRequest.fromCbor(front.receive())).isEqualTo(new FrontRequest.EndAttended(true));
            front.send(new FrontEvent.Finished(End.SUCCESS, 0, List.of(), 7, 0).toCbor());
        };
        try (Attended attended = attended(broker)) {
            assertThat(read(attended)).isEqualTo(new Attended.Answer.Given(200, RESULT));
            assertThat(read(attended)).isEqualTo(new Attended.Answer.Refused(Denial.NOT_MAPPED, "not here"));
            assertThat(attended.end(true).how()).isEqualTo(End.SUCCESS);
        }
    }

    @Test
    void aResultWithoutItsOwnProofIsNeverTaken() {
        SigningKey mallory = SigningKey.generate();
        for (Blob proof : List.of(
                Blob.EMPTY,
                proof(mallory, TRANSACTION, 1, PARAMS, RESULT, 0),
                proof(CORE, "33".repeat(16), 1, PARAMS, RESULT, 0),
                proof(CORE, TRANSACTION, 1, utf8("{\"key\":\"b\"}"), RESULT, 0),
                proof(CORE, TRANSACTION, 1, PARAMS, utf8("\"other\""), 0),
                proof(CORE, TRANSACTION, 1, PARAMS, RESULT, Denial.DRIVER_FAILED.number()))) {
            try (Attended attended = attended(answering(proof))) {
                assertThatThrownBy(() -> read(attended))
                        .isInstanceOf(Failure.class)
                        .hasMessageContaining("carries no proof");
            }
        }
        try (Attended attended = attended(answering(honest(1)))) {
            assertThat(read(attended)).isInstanceOf(Attended.Answer.Given.class);
        }
    }

    @Test
    void aProofIsTakenOnce() {
        try (Attended attended = attended(answering(honest(1)))) {
            read(attended);
            assertThatThrownBy(() -> read(attended))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("carries no proof");
        }
    }

    @Test
    void callsThatAreOnTheirWayEndWithTheBroker() {
        try (Attended attended = attended(front -> FrontRequest.fromCbor(front.receive()))) {
            CompletableFuture<Attended.Answer> first = attended.submit(Syscall.MEMORY_READ, "", PARAMS);
            assertThatThrownBy(first::get).isNotNull();
            assertThatThrownBy(() -> attended.end(true)).isInstanceOf(Failure.class);
        }
    }

    @Test
    void aRefusalToBeginIsADenial() {
        Thread.ofVirtual().start(() -> {
            try (FrameChannel front = new FrameChannel(listener.accept())) {
                front.receive();
                front.send(new FrontEvent.Refused(Denial.REVOKED, "it was revoked", "admission").toCbor());
            } catch (IOException e) {
                // The command has closed.
            }
        });
        Link link = Link.connect(directory.resolve("front.sock"), "broker");
        FrontRequest.Attend request = new FrontRequest.Attend(Blob.EMPTY, Blob.EMPTY, Blob.EMPTY);
        assertThatThrownBy(() -> Attended.begin(link, CORE.publicKey(), TRANSACTION, request))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("REVOKED");
    }
}
