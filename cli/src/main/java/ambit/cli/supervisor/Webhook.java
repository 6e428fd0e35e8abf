package ambit.cli.supervisor;

import ambit.cli.text.JsonText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells an HTTP server of calls that wait for approval: one POST of JSON for each, again with longer and longer pauses until it is
 * answered with 2xx or the question is closed. It runs beside everything else and holds up nothing.
 */
final class Webhook implements AutoCloseable {
    private static final long LOOK_MS = 500;
    private static final long FIRST_PAUSE_MS = 1_000;
    private static final long LAST_PAUSE_MS = 60_000;
    private static final Duration WITHIN = Duration.ofSeconds(10);

    /** Which questions were told already, and when to try which one again. */
    private record Told(boolean done, long tryAtMs, long pauseMs) {}

    private final URI address;
    private final Places places;
    private final KernelLog log;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(WITHIN)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final Map<Long, Told> told = new LinkedHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private Webhook(URI address, Places places, KernelLog log) {
        this.address = address;
        this.places = places;
        this.log = log;
    }

    static Webhook start(URI address, Places places, KernelLog log) {
        Webhook webhook = new Webhook(address, places, log);
        Thread.ofPlatform().daemon().name("webhook").start(webhook::run);
        return webhook;
    }

    private void run() {
        try {
            while (!closed.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws InterruptedException {
        List<OpenQuestion> open;
        try (Link core = Link.open(places.coreAdmin(), "core")) {
            open = OpenQuestion.all(core);
        } catch (IOException e) {
            return; // The core is starting or ending; the next look finds out.
        }
        told.keySet()
                .retainAll(open.stream().map(it -> it.question().logIndex()).toList());
        for (OpenQuestion it : open) {
            long now = System.currentTimeMillis();
            Told before = told.getOrDefault(it.question().logIndex(), new Told(false, 0, FIRST_PAUSE_MS));
            if (!before.done && before.tryAtMs <= now) {
                boolean done = post(it);
                long pause = Math.min(before.pauseMs * 2, LAST_PAUSE_MS);
                told.put(it.question().logIndex(), new Told(done, now + before.pauseMs, pause));
            }
        }
    }

    private boolean post(OpenQuestion it) throws InterruptedException {
        byte[] body = JsonText.write(it.json()).getBytes(StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(WITHIN)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status / 100 == 2) {
                return true;
            }
            log.say(
                    "webhook",
                    "was answered with " + status + " about " + it.question().id() + "; tries again");
        } catch (IOException e) {
            log.say("webhook", "did not get through about " + it.question().id() + ": " + e + "; tries again");
        }
        return false;
    }

    @Override
    public void close() {
        closed.countDown();
        client.shutdownNow();
    }
}
