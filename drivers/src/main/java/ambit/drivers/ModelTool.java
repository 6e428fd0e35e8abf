package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * A model server behind the OpenAI protocol. What goes out is the request that was decided on, but for what it names at the provider
 * ({@link RequestFilter}), with the credential added; the credential is taken out of what comes back, should the server echo it.
 * Redirects are not followed: they would carry the credential to another host.
 */
final class ModelTool implements Effect {
    /** A complete answer travels in one frame, so it leaves room for the frame's other fields. */
    static final int MAX_WHOLE_ANSWER = 3 << 20;

    private static final int MAX_EVENT = 1 << 20;
    private static final int MAX_ERROR_BODY = 16 << 10;

    /** What a provider is given to forget a response. */
    private static final Duration FAREWELL = Duration.ofSeconds(10);

    private final String name;
    private final URI endpoint;
    private final ModelPolicy policy;
    private final Optional<Credential> credential;
    private final CallLimits limits;
    private final Scrubber scrubber;
    private final HttpClient client;

    private final ChatAdditions additions = new ChatAdditions();

    ModelTool(ModelPolicy policy, Optional<Credential> credential, CallLimits limits) {
        this.name = policy.tool();
        this.endpoint = policy.endpoint();
        this.policy = policy;
        this.credential = credential;
        this.limits = limits;
        this.scrubber = new Scrubber(credential.map(List::of).orElse(List.of()));
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(limits.connect())
                .build();
    }

    @Override
    public Answer perform(Call call, Sink sink, Cancellation cancellation) throws DriverFailure {
        Toll toll = new Toll();
        sink.meters(toll::meters);
        Speech speech = speech(call);
        Deadline deadline = Deadline.in(limits.total());
        HttpResponse<BodyQueue> response = accepted(speech, toll, deadline, cancellation);
        BodyQueue body = response.body();
        try (Cancellation.Wait _ = cancellation.during(body::cancel)) {
            long most = Math.min(limits.maxBytes(), call.maxBytes());
            if (speech.isStreamed()) {
                pass(body, speech, sink, most, deadline, toll);
                return new Answer(response.statusCode(), Blob.EMPTY, toll.meters());
            }
            byte[] whole = collect(body, Math.min(most, MAX_WHOLE_ANSWER), deadline, toll);
            toll.document(whole);
            return new Answer(response.statusCode(), Blob.of(scrubber.clean(speech.whole(whole))), toll.meters());
        } finally {
            body.cancel();
        }
    }

    private Speech speech(Call call) throws DriverFailure {
        Conversation conversation = call.context().conversation();
        return switch (call.operation()) {
            case "chat" -> ChatSpeech.of(call.params(), new RequestFilter(policy, conversation), additions);
            case "responses" ->
                ResponseSpeech.of(
                        call.params(),
                        policy,
                        conversation,
                        id -> conversation.atEnd(() -> forget(conversation.transaction(), id)));
            default ->
                throw new DriverFailure(
                        Denial.UNKNOWN_TOOL,
                        "the model '" + name + "' has no operation '" + Foreign.quote(call.operation())
                                + "'; it has chat and responses");
        };
    }

    /** The answer to the request, which begins with 2xx. */
    private HttpResponse<BodyQueue> accepted(Speech speech, Toll toll, Deadline deadline, Cancellation cancellation)
            throws DriverFailure {
        while (true) {
            HttpResponse<BodyQueue> response = send(speech.path(), speech.body(), toll, deadline, cancellation);
            if (response.statusCode() / 100 == 2) {
                speech.accepted();
                return response;
            }
            if (!mayHaveWorked(response.statusCode())) {
                toll.refused();
            }
            DriverFailure refusal = refused(response, deadline, cancellation);
            if (!speech.takesBack(response.statusCode(), refusal.sentence())) {
                throw refusal;
            }
        }
    }

    /** A server that fails may have had its model answer before; one that says it has no room did not begin. */
    private static boolean mayHaveWorked(int status) {
        return status / 100 == 5 && status != 503 && status != 529;
    }

    /** Asks the provider to delete a response that it may have stored though it was asked not to. */
    private void forget(String transaction, String id) {
        System.Logger log = System.getLogger("ambit.drivers");
        String which = "a response that " + server() + " may have stored of transaction " + transaction;
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(endpoint + "/responses/" + URLEncoder.encode(id, StandardCharsets.UTF_8)))
                    .timeout(FAREWELL)
                    .DELETE();
            credential.ifPresent(secret -> request.header("Authorization", "Bearer " + secret.reveal()));
            int status = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status / 100 == 2 || status == 404) {
                log.log(System.Logger.Level.INFO, which + " is not there any more (HTTP " + status + ")");
            } else {
                log.log(System.Logger.Level.WARNING, which + " was not deleted (HTTP " + status + "); delete it there");
            }
        } catch (IOException e) {
            log.log(
                    System.Logger.Level.WARNING,
                    which + " was not deleted (" + e.getClass().getSimpleName() + "); delete it there");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<BodyQueue> send(
            String path, Blob body, Toll toll, Deadline deadline, Cancellation cancellation) throws DriverFailure {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + path))
                .header("Content-Type", "application/json")
                .POST(noted(body, toll));
        credential.ifPresent(secret -> request.header("Authorization", "Bearer " + secret.reveal()));
        CompletableFuture<HttpResponse<BodyQueue>> answer = client.sendAsync(request.build(), _ -> new BodyQueue());
        Duration patience = deadline.atMost(limits.connect().plus(limits.firstByte()));
        try (Cancellation.Wait _ = cancellation.during(() -> answer.cancel(true))) {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw timedOut("did not begin to answer within " + seconds(patience));
        } catch (CancellationException e) {
            throw Cancellation.failure();
        } catch (ExecutionException e) {
            throw unreachable(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw Cancellation.failure();
        }
    }

    /** The body, of which it is noted that it begins to go out: a server that cannot be reached has taken nothing. */
    private static HttpRequest.BodyPublisher noted(Blob body, Toll toll) {
        HttpRequest.BodyPublisher bytes = HttpRequest.BodyPublishers.ofByteArray(body.toArray());
        return HttpRequest.BodyPublishers.fromPublisher(
                subscriber -> {
                    toll.sent(body);
                    bytes.subscribe(subscriber);
                },
                body.size());
    }

    /** Sends events on as they come; without server-sent events what comes is one long event. */
    private void pass(BodyQueue body, Speech speech, Sink sink, long most, Deadline deadline, Toll toll)
            throws DriverFailure {
        EventSplitter events = new EventSplitter();
        long count = 0;
        while (next(body, deadline) instanceof BodyQueue.Data(byte[] bytes)) {
            count += bytes.length;
            toll.received(bytes.length);
            if (count > most || events.waiting() > MAX_EVENT) {
                throw tooLarge(most);
            }
            sendOn(events.add(bytes), speech, sink, toll);
        }
        sendOn(events.rest(), speech, sink, toll);
        toll.ended();
    }

    private void sendOn(byte[] events, Speech speech, Sink sink, Toll toll) throws DriverFailure {
        if (events.length > 0) {
            toll.events(events);
            sink.chunk(scrubber.clean(speech.events(events)));
        }
    }

    private byte[] collect(BodyQueue body, long most, Deadline deadline, Toll toll) throws DriverFailure {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        while (next(body, deadline) instanceof BodyQueue.Data(byte[] bytes)) {
            if (whole.size() + (long) bytes.length > most) {
                throw tooLarge(most);
            }
            whole.writeBytes(bytes);
            toll.received(bytes.length);
        }
        return whole.toByteArray();
    }

    /** {@link BodyQueue.Data} or, once, {@link BodyQueue.End}. */
    private BodyQueue.Part next(BodyQueue body, Deadline deadline) throws DriverFailure {
        Duration patience = deadline.atMost(limits.idle());
        try {
            Optional<BodyQueue.Part> part = body.next(patience);
            if (part.isEmpty()) {
                throw timedOut(
                        deadline.isOver()
                                ? "was not done after " + seconds(limits.total())
                                : "sent nothing for " + seconds(limits.idle()) + " in the middle of its answer");
            }
            return switch (part.get()) {
                case BodyQueue.Data data -> deadline.isOver() ? overdue() : data;
                case BodyQueue.End end -> end;
                case BodyQueue.Cancelled _ -> throw Cancellation.failure();
                case BodyQueue.Broken(Throwable cause) ->
                    throw failed("broke off in the middle of its answer", "try again", cause);
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.failure();
        }
    }

    private BodyQueue.Part overdue() throws DriverFailure {
        throw timedOut("was not done after " + seconds(limits.total()));
    }

    /** The failure for an answer that is not 2xx. Its body is quoted only where it cannot hold part of a credential. */
    private DriverFailure refused(HttpResponse<BodyQueue> response, Deadline deadline, Cancellation cancellation)
            throws DriverFailure {
        try (Cancellation.Wait _ = cancellation.during(response.body()::cancel)) {
            return refusal(response, deadline);
        } finally {
            response.body().cancel();
        }
    }

    private DriverFailure refusal(HttpResponse<BodyQueue> response, Deadline deadline) throws DriverFailure {
        int status = response.statusCode();
        if (status / 100 == 3) {
            return failed(
                    "answered with a redirect (HTTP " + status + "), which is never followed",
                    "write the final address into ambit.yaml");
        }
        if (status == 401 || status == 403) {
            return failed(
                    "refused the credential (HTTP " + status + ")",
                    credential
                            .map(known -> "check " + known.reference() + " and start the kernel again")
                            .orElse("name a credential for this tool in ambit.yaml"));
        }
        String hint = switch (status) {
            case 404 -> "check the tool's address in ambit.yaml and the model's name";
            case 429 -> "wait, or raise the limit at the provider";
            default -> status / 100 == 5 ? "try again later" : "correct the request";
        };
        return failed("answered HTTP " + status + reason(response.body(), deadline), hint);
    }

    private String reason(BodyQueue body, Deadline deadline) throws DriverFailure {
        String text;
        try {
            byte[] bytes = collect(body, MAX_ERROR_BODY, deadline, new Toll());
            text = scrubber.clean(messageIn(bytes));
        } catch (DriverFailure e) {
            if (e.code() == Denial.CONTEXT_ENDED) {
                throw e;
            }
            return "";
        }
        String quoted = Foreign.quote(text);
        return quoted.isEmpty() ? "" : ": " + quoted;
    }

    /** The message of an OpenAI error document, or all of what is not one. */
    private static String messageIn(byte[] body) {
        try {
            if (Json.parse(Blob.of(body)) instanceof Json.Obj(Map<String, Json> document)
                    && document.get("error") instanceof Json.Obj(Map<String, Json> error)
                    && error.get("message") instanceof Json.Str(String message)) {
                return message;
            }
        } catch (MalformedException e) {
            // not a JSON document: the text itself says most
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    private DriverFailure unreachable(Throwable cause) {
        return switch (cause) {
            case HttpConnectTimeoutException _ -> timedOut("could not be reached within " + seconds(limits.connect()));
            case ConnectException refused
            when refused.getCause() instanceof UnresolvedAddressException ->
                failed("has a host name that does not resolve", "check the tool's address in ambit.yaml", cause);
            case ConnectException _ -> failed("refuses connections", "see that it runs there", cause);
            case SSLException _ -> failed("does not speak TLS that verifies", "check its certificate", cause);
            default -> failed("closed the connection without an answer", "see its own log", cause);
        };
    }

    private DriverFailure tooLarge(long most) {
        return new DriverFailure(
                Denial.TOO_LARGE,
                "the model server '" + name + "' sent more than the " + most + " bytes allowed; ask for fewer tokens");
    }

    private DriverFailure timedOut(String what) {
        return new DriverFailure(
                Denial.TIMED_OUT,
                server() + " " + what + "; see whether it is overloaded, or raise the tool's time-out in ambit.yaml");
    }

    private DriverFailure failed(String what, String hint) {
        return new DriverFailure(Denial.DRIVER_FAILED, server() + " " + what + "; " + hint);
    }

    private DriverFailure failed(String what, String hint, Throwable cause) {
        return new DriverFailure(Denial.DRIVER_FAILED, server() + " " + what + "; " + hint, cause);
    }

    private String server() {
        return "the model server '" + name + "' at " + endpoint.getScheme() + "://" + endpoint.getAuthority();
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }
}
