package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.VerifierKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** Asks a witness for its cosignature: C2SP tlog-witness. */
public final class WitnessClient {
    private static final int CONNECT_MS = 10_000;
    private static final int READ_MS = 30_000;

    /** For a whole answer, of which a byte may come now and then. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int UNPROCESSABLE = 422;

    /**
     * Once with the size that it is believed to know, and once with the size that it says: each time the log may have to be read from its
     * beginning, which is not for the witness to command.
     */
    private static final int MOST_ASKED = 2;

    /** How far the clock of a witness may be ahead: whatever time zone it believes in. */
    private static final Duration AHEAD = Duration.ofDays(1);

    private static final int MOST_WORDS = 200;

    private static final Pattern SIZE = Pattern.compile("(0|[1-9][0-9]{0,17})\n");

    private final URI url;
    private final List<VerifierKey> keys;
    private final InstantSource clock;
    private final Duration patience;

    /**
     * The witness at a submission prefix.
     *
     * @param keys with all of which it cosigns; signatures of others are dropped
     */
    public WitnessClient(URI url, List<VerifierKey> keys) {
        this(url, keys, InstantSource.system(), PATIENCE);
    }

    /** The same by this clock, waiting so long for a whole answer. */
    WitnessClient(URI url, List<VerifierKey> keys, InstantSource clock, Duration patience) {
        this.url = URI.create(url.toString().replaceAll("/+$", "") + "/add-checkpoint");
        this.keys = List.copyOf(keys);
        this.clock = clock;
        this.patience = patience;
    }

    /** Reads how the log has grown to the checkpoint. */
    @FunctionalInterface
    public interface Reading {
        /** From its first {@code old} entries. */
        Growth since(long old) throws IOException;
    }

    /**
     * What a witness has signed.
     *
     * @param cosignatures which have verified: one of each key, the first that it sent
     * @param reached where to go on from
     */
    public record Cosigned(List<NoteLine> cosignatures, Foothold reached) {
        public Cosigned {
            cosignatures = List.copyOf(cosignatures);
        }
    }

    private record Reply(int status, String body) {
        /** Such as {@code 422: the proof does not verify}. It is for people's eyes: short, and of visible characters only. */
        String words() {
            String line = body.lines().findFirst().orElse("").strip();
            StringBuilder plain = new StringBuilder();
            line.codePoints()
                    .limit(MOST_WORDS)
                    .map(it -> isVisible(it) ? it : 0xfffd)
                    .forEach(plain::appendCodePoint);
            return status + (plain.isEmpty() ? "" : ": " + plain);
        }

        private static boolean isVisible(int point) {
            return switch (Character.getType(point)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR -> false;
                default -> true;
            };
        }
    }

    /**
     * Has the witness cosign a checkpoint. It is sent the endorsements of the core's keys since it last did, so that it can follow the log to another key.
     *
     * @param known the size that the witness is believed to have cosigned last; it says so itself if that is wrong
     * @throws AnotherLog if the witness has cosigned something that this checkpoint does not continue
     * @throws JournalException if it refuses for another reason, or does not cosign with its keys
     * @throws IOException if it does not answer
     */
    public Cosigned cosign(Note checkpoint, long known, Reading log) throws IOException, AnotherLog {
        long size = Checkpoint.of(checkpoint).head().size();
        long old = Math.min(known, size);
        for (int asked = 0; asked < MOST_ASKED; asked++) {
            Growth growth = log.since(old);
            Reply reply = ask(
                    new WitnessRequest(old, growth.consistency(), growth.words().under(checkpoint)));
            switch (reply.status) {
                case HttpURLConnection.HTTP_OK -> {
                    return new Cosigned(cosigned(checkpoint, reply.body), growth.reached());
                }
                case HttpURLConnection.HTTP_CONFLICT -> old = next(reply, old, size);
                case UNPROCESSABLE -> throw another(reply, old, size);
                default -> throw refused(reply);
            }
        }
        throw new JournalException(url + " says another size each time that it is asked");
    }

    /** The size to go on from. */
    private long next(Reply reply, long old, long size) throws AnotherLog {
        boolean says = SIZE.matcher(reply.body).matches();
        long cosigned = says ? Long.parseLong(reply.body.strip()) : old;
        if (cosigned > size) {
            throw new AnotherLog(
                    url + " has cosigned " + cosigned + " entries of this log, and the log has a checkpoint over "
                            + size + " only",
                    cosigned);
        }
        if (!says && old != size) {
            throw new JournalException(url + " does not say the size that it knows");
        }
        if (cosigned == old) {
            throw another(reply, old, size);
        }
        return cosigned;
    }

    private AnotherLog another(Reply reply, long old, long size) {
        return new AnotherLog(
                url + " has cosigned other entries than these: the " + size + " of this log do not continue the " + old
                        + " that it knows (it answers " + reply.words() + ")",
                old);
    }

    private JournalException refused(Reply reply) {
        return new JournalException(url + " refuses with " + reply.words());
    }

    private List<NoteLine> cosigned(Note checkpoint, String body) {
        Note answer = Note.parse((checkpoint.text() + "\n" + body).getBytes(UTF_8));
        if (answer.verifiedBy(keys).size() != keys.size()) {
            throw new JournalException(url + " does not cosign with the keys that it is known by");
        }
        // It may send any number by one key, each with another time.
        return keys.stream().map(key -> cosigned(answer, key)).toList();
    }

    private NoteLine cosigned(Note answer, VerifierKey key) {
        NoteLine line = answer.signatures().stream()
                .filter(it -> it.isOf(key))
                .findFirst()
                .orElseThrow();
        long latestS = clock.instant().plus(AHEAD).getEpochSecond();
        if (key.type() != VerifierKey.ED25519 && line.time() > latestS) {
            throw new JournalException(url + " cosigns with a time that is more than a day ahead of the clock here");
        }
        return line;
    }

    /** On a thread of its own, as an interrupt closes what a virtual thread waits for, whichever part of the exchange that is. */
    private Reply ask(WitnessRequest request) throws IOException {
        byte[] body = request.toString().getBytes(UTF_8);
        FutureTask<Reply> exchange = new FutureTask<>(() -> post(body));
        Thread.ofVirtual().name("witness").start(exchange);
        try {
            return exchange.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer from " + url + ": it takes longer than " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("no answer from " + url + ": the wait for it was ended", e);
        } catch (ExecutionException e) {
            throw failed(e.getCause() == null ? e : e.getCause());
        } finally {
            exchange.cancel(true);
        }
    }

    private IOException failed(Throwable cause) {
        String why =
                cause instanceof UnknownHostException ? "there is no such host" : String.valueOf(cause.getMessage());
        return new IOException("no answer from " + url + ": " + why, cause);
    }

    private Reply post(byte[] request) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setConnectTimeout(CONNECT_MS);
        connection.setReadTimeout(READ_MS);
        connection.setInstanceFollowRedirects(false);
        connection.setDoOutput(true);
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Content-Type", "text/plain; charset=utf-8");
        try (OutputStream out = connection.getOutputStream()) {
            out.write(request);
        }
        int status = connection.getResponseCode();
        InputStream stream = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        if (stream == null) {
            return new Reply(status, "");
        }
        try (stream) {
            return new Reply(status, read(stream));
        }
    }

    /** What comes, as far as a note can be long. */
    private static String read(InputStream stream) throws IOException {
        byte[] bytes = stream.readNBytes(Note.MAX + 1);
        if (bytes.length > Note.MAX) {
            throw new IOException("the answer is too long");
        }
        return new String(bytes, UTF_8);
    }
}
