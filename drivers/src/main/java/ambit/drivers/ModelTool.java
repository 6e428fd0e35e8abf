package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.URI;
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
 * A model server behind the OpenAI protocol. The request's bytes go out as they were decided on, with the credential added; the
 * answer's bytes come back as they are, with the credential taken out should the server echo it. Redirects are not followed:
 * they would carry the credential to another host.
 */
final class ModelTool implements Effect {
    /** A complete answer travels in one frame, so it leaves room for the frame's other fields. */
    static final int MAX_WHOLE_ANSWER = 3 << 20;

    private static final int MAX_EVENT = 1 << 20;
    private static final int MAX_ERROR_BODY = 16 << 10;

    private final String name;
    private final URI endpoint;
    private final Optional<Credential> credential;
    private final CallLimits limits;
    private final Scrubber scrubber;
    private final HttpClient client;

    ModelTool(String name, URI endpoint, Optional<Credential> credential, CallLimits limits) {
        this.name = name;
        this.endpoint = endpoint;
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
        if (!call.operation().equals("chat")) {
            throw new DriverFailure(
                    Denial.UNKNOWN_TOOL,
                    "the model '" + name + "' has no operation '" + Foreign.quote(call.operation()) + "'; it has chat");
        }
        boolean streamed = checkRequest(call.params());
        Deadline deadline = Deadline.in(limits.total());
        HttpResponse<BodyQueue> response = send(call.params(), deadline, cancellation);
        BodyQueue body = response.body();
        try (Cancellation.Wait _ = cancellation.during(body::cancel)) {
            if (response.statusCode() / 100 != 2) {
                throw refused(response, deadline);
            }
            long most = Math.min(limits.maxBytes(), call.maxBytes());
            Usage usage = new Usage();
            if (streamed) {
                pass(body, sink, most, deadline, usage);
                return new Answer(response.statusCode(), Blob.EMPTY, usage.meters());
            }
            byte[] whole = collect(body, Math.min(most, MAX_WHOLE_ANSWER), deadline);
            usage.document(whole);
            return new Answer(response.statusCode(), Blob.of(scrubber.clean(whole)), usage.meters());
        } finally {
            body.cancel();
        }
    }

    private static boolean checkRequest(Blob params) throws DriverFailure {
        try {
            if (!(Json.parse(params) instanceof Json.Obj(Map<String, Json> request))) {
                throw new DriverFailure(Denial.MALFORMED, "a chat request is a JSON object");
            }
            ProviderState.refuse(request);
            return request.get("stream") instanceof Json.Bool(boolean stream) && stream;
        } catch (MalformedException e) {
            throw new DriverFailure(Denial.MALFORMED, "the chat request is not strict JSON: " + e.getMessage(), e);
        }
    }

    private HttpResponse<BodyQueue> send(Blob params, Deadline deadline, Cancellation cancellation)
            throws DriverFailure {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + "/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(params.toArray()));
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

    /** Sends events on as they come; without server-sent events what comes is one long event. */
    private void pass(BodyQueue body, Sink sink, long most, Deadline deadline, Usage usage) throws DriverFailure {
        EventSplitter events = new EventSplitter();
        long count = 0;
        while (next(body, deadline) instanceof BodyQueue.Data(byte[] bytes)) {
            count += bytes.length;
            if (count > most || events.waiting() > MAX_EVENT) {
                throw tooLarge(most);
            }
            sendOn(events.add(bytes), sink, usage);
        }
        sendOn(events.rest(), sink, usage);
    }

    private void sendOn(byte[] events, Sink sink, Usage usage) throws DriverFailure {
        if (events.length > 0) {
            usage.events(events);
            sink.chunk(scrubber.clean(events));
        }
    }

    private byte[] collect(BodyQueue body, long most, Deadline deadline) throws DriverFailure {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        while (next(body, deadline) instanceof BodyQueue.Data(byte[] bytes)) {
            if (whole.size() + (long) bytes.length > most) {
                throw tooLarge(most);
            }
            whole.writeBytes(bytes);
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
    private DriverFailure refused(HttpResponse<BodyQueue> response, Deadline deadline) throws DriverFailure {
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
            byte[] bytes = collect(body, MAX_ERROR_BODY, deadline);
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
