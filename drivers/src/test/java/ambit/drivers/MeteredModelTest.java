package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Receipt;
import ambit.wire.Cose;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Chunk;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.DriverToBroker.Failed;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What receipts say that models took, whether the guest wants it said or not. */
@Timeout(30)
class MeteredModelTest {
    private static final String STREAM = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
    private static final String DONE = "data: [DONE]\n\n";
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final CallLimits PATIENT = new CallLimits(LONG, LONG, LONG, LONG, 1 << 20);
    private static final CallLimits HASTY = new CallLimits(SHORT, SHORT, SHORT, LONG, 1 << 20);

    @TempDir
    Path directory;

    private final StringBuilder streamed = new StringBuilder();
    private Upstream upstream;
    private Kernel kernel;

    @BeforeEach
    void open() throws IOException {
        upstream = new Upstream();
    }

    @AfterEach
    void close() {
        upstream.close();
        kernel.close();
    }

    private void begin(URI endpoint, CallLimits limits) throws IOException, DriverFailure {
        ModelTool tool = new ModelTool(new ModelPolicy("llm", endpoint, false, Set.of()), Optional.empty(), limits);
        kernel = new Kernel(directory, Map.of("llm", new PermitCheck.Tool("openai", tool)));
    }

    private DriverToBroker ask(String mode, String params) throws IOException, DriverFailure {
        begin(upstream.endpoint(mode), PATIENT);
        return ask(params, new Cancellation(), false);
    }

    private DriverToBroker ask(String params, Cancellation cancellation, boolean hangsUp) throws DriverFailure {
        return kernel.calls.execute(
                kernel.model(kernel.context(), params).request(),
                reply -> {
                    if (reply instanceof Chunk chunk) {
                        streamed.append(new String(chunk.bytes().toArray(), StandardCharsets.UTF_8));
                        if (hangsUp) {
                            cancellation.cancel();
                        }
                    }
                },
                cancellation);
    }

    /** Of the newest receipt, or -1 where it does not say. */
    private long tokens() throws Exception {
        return Receipt.parse(Cose.parse(kernel.receipts.getLast()).payload()).metered("tokens", -1);
    }

    private long sent() {
        return upstream.bodies.getLast().length();
    }

    private static void assertFailed(DriverToBroker reply, Denial code) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.code()).isEqualTo(code));
    }

    @Test
    void aStreamIsMeteredThoughTheGuestDidNotAskForItAndIsToldNothingOfIt() throws Exception {
        assertThat(ask("metered", STREAM)).isInstanceOf(Done.class);
        assertThat(upstream.bodies.getFirst()).contains("\"stream_options\":{\"include_usage\":true}");
        assertThat(streamed).hasToString(Upstream.EVENT + DONE);
        assertThat(tokens()).isEqualTo(4001);
    }

    @Test
    void aGuestThatAsksIsTold() throws Exception {
        String asks = STREAM.replace("true,", "true,\"stream_options\":{\"include_usage\":true},");
        assertThat(ask("metered", asks)).isInstanceOf(Done.class);
        assertThat(streamed).hasToString(Upstream.EVENT + Upstream.USAGE + DONE);
        assertThat(tokens()).isEqualTo(4001);
    }

    @Test
    void aGuestThatForbidsItIsMeteredAllTheSame() throws Exception {
        for (String no : new String[] {"{\"include_usage\":false}", "{}", "null"}) {
            String forbids = STREAM.replace("true,", "true,\"stream_options\":" + no + ",");
            assertThat(ask("metered", forbids)).isInstanceOf(Done.class);
            assertThat(tokens()).isEqualTo(4001);
            kernel.close();
        }
        assertThat(streamed).doesNotContain("usage");
    }

    @Test
    void aServerThatTakesNeitherFieldIsAskedWithoutAndItsBytesCount() throws Exception {
        begin(upstream.endpoint("unmetered"), PATIENT);
        assertThat(ask(STREAM, new Cancellation(), false)).isInstanceOf(Done.class);
        assertThat(upstream.bodies).hasSize(3);
        assertThat(upstream.bodies.getLast()).doesNotContain("store", "stream_options");
        assertThat(tokens()).isEqualTo(sent() + Upstream.EVENT.length() + DONE.length());
        // and is known from then on
        assertThat(ask(STREAM, new Cancellation(), false)).isInstanceOf(Done.class);
        assertThat(upstream.bodies).hasSize(4);
    }

    @Test
    void aRefusalOfWhatTheGuestSaidItselfTeachesNothingOfTheServer() throws Exception {
        begin(upstream.endpoint("unmetered"), PATIENT);
        String own = STREAM.replace("true,", "true,\"stream_options\":{\"include_usage\":false},");
        assertFailed(ask(own, new Cancellation(), false), Denial.DRIVER_FAILED);
        assertThat(tokens()).isZero();
        assertThat(ask(STREAM, new Cancellation(), false)).isInstanceOf(Done.class);
        assertThat(upstream.bodies.get(upstream.bodies.size() - 3)).contains("store", "include_usage");
    }

    @Test
    void aGuestThatHangsUpHasSpentWhatWentBothWaysAndWhatTheAnswerMayHaveHad() throws Exception {
        begin(upstream.endpoint("stall"), PATIENT);
        assertFailed(ask(STREAM, new Cancellation(), true), Denial.CONTEXT_ENDED);
        assertThat(tokens()).isEqualTo(sent() + Toll.CUT);
        String modest = STREAM.replace("true,", "true,\"n\":2,\"max_completion_tokens\":100,");
        assertFailed(ask(modest, new Cancellation(), true), Denial.CONTEXT_ENDED);
        assertThat(tokens()).isEqualTo(sent() + 200);
    }

    @Test
    void anAnswerThatBreaksOffOrDoesNotComeIsCountedToo() throws Exception {
        assertFailed(ask("break", STREAM), Denial.DRIVER_FAILED);
        assertThat(tokens()).isEqualTo(sent() + Toll.CUT);
        kernel.close();
        begin(upstream.endpoint("silent"), HASTY);
        assertFailed(ask(STREAM, new Cancellation(), false), Denial.TIMED_OUT);
        assertThat(tokens()).isEqualTo(sent() + Toll.CUT);
        kernel.close();
        assertFailed(ask("500", STREAM), Denial.DRIVER_FAILED);
        assertThat(tokens()).isEqualTo(sent() + Toll.CUT);
    }

    @Test
    void aPictureCountsForMoreThanItsName() throws Exception {
        String part = "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://pictures.example/1.png\"}}";
        String shown = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
                + "{\"type\":\"text\",\"text\":\"what?\"}," + part + "," + part + "]}]}";
        assertThat(ask("ok", shown)).isInstanceOf(Done.class);
        assertThat(tokens()).isGreaterThan(2 * Toll.PART).isLessThan(2 * Toll.PART + 1000);
    }

    @Test
    void whatTheServerWouldNotTakeOrNeverGotSpendsNothing() throws Exception {
        for (String mode : new String[] {"401", "429", "503", "redirect"}) {
            assertFailed(ask(mode, STREAM), Denial.DRIVER_FAILED);
            assertThat(tokens()).as(mode).isZero();
            kernel.close();
        }
        assertFailed(ask("ok", "{\"thread_id\":\"t\",\"messages\":[]}"), Denial.CONSTRAINT);
        assertThat(tokens()).isZero();
        kernel.close();
        begin(URI.create("http://127.0.0.1:1"), PATIENT);
        assertFailed(ask(STREAM, new Cancellation(), false), Denial.DRIVER_FAILED);
        assertThat(tokens()).isZero();
        kernel.close();
        begin(URI.create("http://no-such-host.invalid"), PATIENT);
        assertFailed(ask(STREAM, new Cancellation(), false), Denial.DRIVER_FAILED);
        assertThat(tokens()).isZero();
    }
}
