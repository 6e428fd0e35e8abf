package ambit.cli.shipping;

import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * OpenTelemetry logs over OTLP/HTTP with JSON (opentelemetry.io/docs/specs/otlp). A delivery counts when the receiver answers that it took
 * it. Whatever else it answers, nothing is skipped: the same events are tried again.
 */
final class OtlpReceiver implements Receiver {
    /** Of one event's JSON, which the body has a little more of. */
    private static final int MOST_CHARACTERS = 64 << 10;

    private static final int TOO_LARGE = 413;

    private final URI address;
    private final OtlpLogs logs;
    private final Bearer bearer;
    private final Duration patience;
    private final HttpClient client;

    /** Where a bearer token is found, which is read for each delivery, so that it can be exchanged. */
    @FunctionalInterface
    interface Bearer {
        Optional<String> token() throws IOException;
    }

    OtlpReceiver(URI address, OtlpLogs logs, Bearer bearer, Duration patience) {
        this.address = address;
        this.logs = logs;
        this.bearer = bearer;
        this.patience = patience;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(patience)
                .build();
    }

    @Override
    public int mostCharacters() {
        return MOST_CHARACTERS;
    }

    @Override
    public void deliver(List<Event> events) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(patience)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(logs.request(events), StandardCharsets.UTF_8));
        bearer.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        HttpResponse<String> answer;
        try {
            answer = client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IOException(address + ": " + (e.getMessage() == null ? "no connection" : e.getMessage()), e);
        }
        if (answer.statusCode() == TOO_LARGE && events.size() > 1) {
            deliver(events.subList(0, events.size() / 2));
            deliver(events.subList(events.size() / 2, events.size()));
        } else if (answer.statusCode() / 100 != 2) {
            throw new Refusal(address + " answers " + answer.statusCode(), retryAfter(answer));
        } else if (rejected(answer.body()) > 0) {
            throw new IOException(address + " does not take " + rejected(answer.body()) + " of " + events.size());
        }
    }

    /** An answer that is not a success. */
    static final class Refusal extends IOException {
        private static final long serialVersionUID = 1L;

        private final long seconds;

        Refusal(String message, OptionalLong seconds) {
            super(message);
            this.seconds = seconds.orElse(0);
        }

        /** How long the receiver wants to be left alone; zero where it does not say. */
        Duration pause() {
            return Duration.ofSeconds(seconds);
        }
    }

    private static OptionalLong retryAfter(HttpResponse<String> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("[0-9]{1,4}"))
                .map(value -> OptionalLong.of(Long.parseLong(value)))
                .orElse(OptionalLong.empty());
    }

    /** {@code partialSuccess.rejectedLogRecords}, a number or, as protobuf writes it, a text. */
    private static long rejected(String body) {
        try {
            return Json.parse(Blob.of(body.getBytes(StandardCharsets.UTF_8))) instanceof Json.Obj answer
                            && answer.members().get("partialSuccess") instanceof Json.Obj partial
                    ? switch (partial.members().get("rejectedLogRecords")) {
                        case Json.Int(long count) -> count;
                        case Json.Str(String count) -> count.equals("0") ? 0 : 1;
                        case null, default -> 0;
                    }
                    : 0;
        } catch (MalformedException e) {
            return 0;
        }
    }
}
