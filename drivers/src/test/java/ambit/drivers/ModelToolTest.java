package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Receipt;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Chunk;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.DriverToBroker.Failed;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ModelToolTest {
    private static final String SECRET = "sk-very/secret-key";
    private static final String ASK = "{\"model\":\"m\",\n \"messages\":[]}";
    private static final String STREAM = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final List<Blob> chunks = new CopyOnWriteArrayList<>();
    private Upstream upstream;
    private Kernel kernel;

    @BeforeEach
    void open() throws IOException {
        upstream = new Upstream();
    }

    @AfterEach
    void close() {
        upstream.close();
        if (kernel != null) {
            kernel.close();
        }
    }

    private DriverToBroker ask(String mode, String params) throws IOException, DriverFailure {
        return ask(upstream.endpoint(mode), params, new CallLimits(LONG, LONG, LONG, LONG, 1 << 20));
    }

    private DriverToBroker ask(URI endpoint, String params, CallLimits limits) throws IOException, DriverFailure {
        return ask(endpoint, params, limits, new Cancellation());
    }

    private DriverToBroker ask(URI endpoint, String params, CallLimits limits, Cancellation cancellation)
            throws IOException, DriverFailure {
        Credential credential = Credential.read("env:KEY", Map.of("KEY", SECRET + "\n"));
        ModelTool tool =
                new ModelTool(new ModelPolicy("llm", endpoint, false, Set.of()), Optional.of(credential), limits);
        kernel = new Kernel(directory, Map.of("llm", new PermitCheck.Tool("openai", tool)));
        Kernel.Order order = kernel.model(kernel.context(), params);
        return kernel.calls.execute(
                order.request(),
                reply -> {
                    if (reply instanceof Chunk(Blob bytes)) {
                        chunks.add(bytes);
                    }
                },
                cancellation);
    }

    private String streamed() {
        StringBuilder all = new StringBuilder();
        chunks.forEach(chunk -> all.append(new String(chunk.toArray(), StandardCharsets.UTF_8)));
        return all.toString();
    }

    private void assertFailed(DriverToBroker reply, Denial code, String... words) throws MalformedException {
        assertThat(reply).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo(code);
            assertThat(failed.sentence()).contains(words).doesNotContain(SECRET, "\n", "\u001b");
            assertThat(failed.proof()).isNotEqualTo(Blob.EMPTY);
        });
        assertThat(kernel.receipts).hasSize(1);
        Receipt receipt = Receipt.parse(Cose.parse(kernel.receipts.getFirst()).payload());
        assertThat(receipt.resultDigest()).isEqualTo(Kernel.json(streamed()).sha256());
        assertThat(receipt.status()).isEqualTo(code.number());
    }

    @Test
    void theRequestGoesOutAsItIsWithTheCredentialAndThatNothingIsToBeStored() throws Exception {
        assertThat(ask("ok", ASK))
                .isInstanceOfSatisfying(
                        Done.class,
                        done -> assertThat(new String(done.result().toArray(), StandardCharsets.UTF_8))
                                .isEqualTo("{\"choices\":[{\"message\":{\"content\":\"hello\"}}]}"));
        assertThat(upstream.bodies).containsExactly("{\"model\":\"m\",\"messages\":[],\"store\":false}");
        assertThat(upstream.authorizations).containsExactly("Bearer " + SECRET);
    }

    @Test
    void aStreamIsPassedOnEventByEventAndTheReceiptCoversAllOfIt() throws Exception {
        assertThat(ask("stream", STREAM))
                .isInstanceOfSatisfying(
                        Done.class, done -> assertThat(done.result()).isEqualTo(Blob.EMPTY));
        assertThat(streamed()).isEqualTo(Upstream.EVENT.repeat(3) + "data: [DONE]\n\n");
        assertThat(chunks)
                .allSatisfy(chunk -> assertThat(new String(chunk.toArray(), StandardCharsets.UTF_8))
                        .endsWith("\n\n"));
        Receipt receipt = Receipt.parse(Cose.parse(kernel.receipts.getFirst()).payload());
        assertThat(receipt.resultDigest()).isEqualTo(Kernel.json(streamed()).sha256());
        assertThat(receipt.status()).isZero();
        assertThat(receipt.resultBytes()).isEqualTo(streamed().length());
    }

    @Test
    void aCredentialThatTheServerEchoesIsTakenOut() throws Exception {
        assertThat(ask("echo", ASK))
                .isInstanceOfSatisfying(
                        Done.class,
                        done -> assertThat(new String(done.result().toArray(), StandardCharsets.UTF_8))
                                .contains(Scrubber.MARK)
                                .doesNotContain(SECRET));
    }

    @Test
    void aRefusedCredentialIsNamedButNotQuoted() throws Exception {
        assertFailed(ask("401", ASK), Denial.DRIVER_FAILED, "refused the credential (HTTP 401)", "env:KEY");
    }

    @Test
    void anErrorIsQuotedOnOneLineWithoutTheCredential() throws Exception {
        assertFailed(ask("500", ASK), Denial.DRIVER_FAILED, "answered HTTP 500: oops", Scrubber.MARK);
    }

    @Test
    void aServerThatLimitsItsUseIsSaidTo() throws Exception {
        assertFailed(ask("429", ASK), Denial.DRIVER_FAILED, "HTTP 429: slow down");
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        assertFailed(ask("redirect", ASK), Denial.DRIVER_FAILED, "redirect (HTTP 307)", "never followed");
        assertThat(upstream.bodies).hasSize(1);
    }

    @Test
    void aServerThatIsDownIsSaidToBe() throws Exception {
        CallLimits limits = new CallLimits(LONG, LONG, LONG, LONG, 1 << 20);
        assertFailed(ask(URI.create("http://127.0.0.1:1"), ASK, limits), Denial.DRIVER_FAILED, "refuses connections");
    }

    @Test
    void aServerThatDoesNotBeginToAnswerTimesOut() throws Exception {
        CallLimits limits = new CallLimits(SHORT, SHORT, LONG, LONG, 1 << 20);
        assertFailed(ask(upstream.endpoint("silent"), ASK, limits), Denial.TIMED_OUT, "did not begin to answer");
    }

    @Test
    void aStreamThatStallsTimesOut() throws Exception {
        CallLimits limits = new CallLimits(LONG, LONG, SHORT, LONG, 1 << 20);
        assertFailed(ask(upstream.endpoint("stall"), STREAM, limits), Denial.TIMED_OUT, "sent nothing for 300 ms");
        assertThat(streamed()).isEqualTo(Upstream.EVENT);
    }

    @Test
    void anEndlessStreamEndsAtItsSize() throws Exception {
        assertFailed(ask("endless", STREAM), Denial.TOO_LARGE, "1048576 bytes");
        assertThat(streamed().length()).isLessThanOrEqualTo(1 << 20);
    }

    @Test
    void aStreamThatDripsEndsAtItsTime() throws Exception {
        CallLimits limits = new CallLimits(LONG, LONG, LONG, Duration.ofSeconds(1), 1 << 20);
        assertFailed(ask(upstream.endpoint("drip"), STREAM, limits), Denial.TIMED_OUT, "was not done after 1 s");
    }

    @Test
    void aFloodEndsAtItsSize() throws Exception {
        assertFailed(ask("flood", ASK), Denial.TOO_LARGE, "bytes allowed");
    }

    @Test
    void anAnswerThatBreaksOffIsNotTakenForWhole() throws Exception {
        assertFailed(ask("break", ASK), Denial.DRIVER_FAILED, "broke off");
    }

    @Test
    void cancellingEndsTheWait() throws Exception {
        Cancellation cancellation = new Cancellation();
        CallLimits limits = new CallLimits(LONG, LONG, LONG, LONG, 1 << 20);
        CompletableFuture<DriverToBroker> reply = CompletableFuture.supplyAsync(() -> {
            try {
                return ask(upstream.endpoint("stall"), STREAM, limits, cancellation);
            } catch (IOException | DriverFailure e) {
                throw new IllegalStateException(e);
            }
        });
        while (chunks.isEmpty()) {
            Thread.onSpinWait();
        }
        cancellation.cancel();
        assertFailed(reply.get(5, TimeUnit.SECONDS), Denial.CONTEXT_ENDED, "cancelled");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"store\":true,\"messages\":[]}",
                "{\"store\":\"yes\",\"messages\":[]}",
                "{\"previous_response_id\":\"r\",\"messages\":[]}",
                "{\"conversation\":{\"id\":\"c\"},\"messages\":[]}",
                "{\"messages\":[{\"role\":\"assistant\",\"audio\":{\"id\":\"a\"}}]}",
                "{\"messages\":[{\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}]}]}"
            })
    void whatNamesOrLeavesStateAtTheProviderIsRefused(String params) throws Exception {
        assertFailed(ask("ok", params), Denial.CONSTRAINT, "provider");
        assertThat(upstream.bodies).isEmpty();
    }

    @Test
    void storeFalseIsHarmless() throws Exception {
        assertThat(ask("ok", "{\"store\":false,\"previous_response_id\":null,\"messages\":[]}"))
                .isInstanceOf(Done.class);
    }
}
