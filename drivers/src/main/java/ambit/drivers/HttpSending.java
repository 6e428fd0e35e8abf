package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/**
 * Sends requests to the one host of a tool, over connections to addresses that {@link Reach} judged. It follows nothing, answers no
 * challenge, keeps no cookie and undoes no compression.
 *
 * <p>Safe for use by several threads.
 */
final class HttpSending {
    private static final int MAX_HEADERS = 32 << 10;
    private static final int THREADS = 16;

    private final ToolConfig.Http config;
    private final Reach reach;
    private final HttpClient client;

    /** @param query without the question mark; empty for none */
    record Request(String method, String path, String query, Map<String, String> headers, Blob body) {}

    /** @param headers by lower-case names, the first of each */
    record Reply(int status, Map<String, String> headers, Blob body) {}

    HttpSending(ToolConfig.Http config) throws DriverFailure {
        this(config, new SslContextFactory.Client());
    }

    HttpSending(ToolConfig.Http config, SslContextFactory.Client trust) throws DriverFailure {
        this.config = config;
        this.reach = new Reach(config.inner() || isThisMachine(config.endpoint().getHost()));
        this.client = client(trust);
    }

    /** The operator wrote the loopback address itself, so it is meant. */
    private static boolean isThisMachine(String host) {
        return host.equals("localhost") || host.matches("127(\\.[0-9]{1,3}){3}") || host.equals("[::1]");
    }

    private HttpClient client(SslContextFactory.Client trust) throws DriverFailure {
        HttpClient made = new HttpClient();
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1);
        threads.setName("http-" + config.name());
        threads.setDaemon(true);
        made.setExecutor(threads);
        made.setScheduler(new ScheduledExecutorScheduler("http-" + config.name() + "-timer", true));
        made.setSslContextFactory(trust);
        made.setSocketAddressResolver(this::resolve);
        made.setConnectTimeout(config.limits().connect().toMillis());
        made.setIdleTimeout(config.limits().total().toMillis());
        made.setMaxResponseHeadersSize(MAX_HEADERS);
        made.setFollowRedirects(false);
        made.setHttpCookieStore(new HttpCookieStore.Empty());
        made.setUserAgentField(null);
        try {
            made.start();
        } catch (Exception e) {
            throw new DriverFailure(Denial.DRIVER_UNAVAILABLE, "the HTTP client does not start: " + e.getMessage(), e);
        }
        made.getProtocolHandlers().clear();
        made.getContentDecoderFactories().clear();
        return made;
    }

    private void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
        Thread.ofVirtual().start(() -> {
            try {
                promise.succeeded(reach.of(host, port));
            } catch (DriverFailure e) {
                promise.failed(e);
            }
        });
    }

    static String withParameter(String query, String name, String value) {
        String parameter = name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
        return query.isEmpty() ? parameter : query + "&" + parameter;
    }

    Reply send(Request request, long most, Cancellation cancellation) throws DriverFailure {
        cancellation.check();
        String target = config.endpoint() + request.path() + (request.query().isEmpty() ? "" : "?" + request.query());
        org.eclipse.jetty.client.Request outgoing = client.newRequest(URI.create(target))
                .method(request.method())
                .timeout(config.limits().total().toMillis(), TimeUnit.MILLISECONDS);
        outgoing.headers(fields -> request.headers().forEach(fields::put));
        if (!request.body().isEmpty()) {
            String type = request.headers().getOrDefault("content-type", "application/octet-stream");
            outgoing.body(new BytesRequestContent(type, request.body().toArray()));
        }
        CompletableFuture<ContentResponse> answer =
                new CompletableResponseListener(outgoing, (int) Math.min(most, Integer.MAX_VALUE)).send();
        try (Cancellation.Wait _ = cancellation.during(() -> answer.cancel(true))) {
            return reply(answer.get(config.limits().total().toMillis() + 1000, TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw failed(e, most);
        } catch (CancellationException e) {
            throw Cancellation.failure();
        } catch (ExecutionException e) {
            throw failed(e.getCause() == null ? e : e.getCause(), most);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw Cancellation.failure();
        }
    }

    private Reply reply(ContentResponse response) throws DriverFailure {
        Map<String, String> headers = new LinkedHashMap<>();
        response.getHeaders()
                .forEach(field -> headers.putIfAbsent(
                        field.getName().toLowerCase(Locale.ROOT), field.getValue() == null ? "" : field.getValue()));
        if (!headers.getOrDefault("content-encoding", "identity").equalsIgnoreCase("identity")) {
            // The credential could not be found in it.
            throw new DriverFailure(
                    Denial.DRIVER_FAILED,
                    api() + " sent a compressed answer that it was not asked for; have it answer in plain bytes");
        }
        byte[] body = response.getContent();
        return new Reply(response.getStatus(), headers, Blob.of(body == null ? new byte[0] : body));
    }

    private DriverFailure failed(Throwable cause, long most) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            switch (at) {
                case DriverFailure ours -> {
                    return ours;
                }
                case TimeoutException _, SocketTimeoutException _ -> {
                    return new DriverFailure(
                            Denial.TIMED_OUT,
                            api()
                                    + " did not answer in time; see whether it is overloaded, or raise the tool's time-out",
                            cause);
                }
                case SSLException _ -> {
                    return new DriverFailure(
                            Denial.DRIVER_FAILED,
                            api() + " does not speak TLS that verifies; check its certificate",
                            cause);
                }
                case IllegalArgumentException _ -> {
                    return tooLarge(config.name(), most);
                }
                default -> {}
            }
        }
        return new DriverFailure(
                Denial.DRIVER_FAILED,
                api() + " could not be reached or broke off; see that it runs at the address in ambit.yaml",
                cause);
    }

    static DriverFailure tooLarge(String name, long most) {
        return new DriverFailure(
                Denial.TOO_LARGE, "the API '" + name + "' sent more than the " + most + " bytes allowed; ask for less");
    }

    private String api() {
        return "the API '" + config.name() + "'";
    }
}
