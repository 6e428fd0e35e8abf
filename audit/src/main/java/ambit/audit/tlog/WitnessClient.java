package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.VerifierKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Asks a witness for its cosignature: C2SP tlog-witness. */
public final class WitnessClient {
    private static final int CONNECT_MS = 10_000;
    private static final int READ_MS = 30_000;
    private static final long PATIENCE_S = 60;
    private static final int UNPROCESSABLE = 422;

    /** Somebody else may have it cosign in between. */
    private static final int MOST_ASKED = 4;

    private static final Pattern SIZE = Pattern.compile("(0|[1-9][0-9]{0,17})\n");

    private final URI url;
    private final List<VerifierKey> keys;

    /**
     * The witness at a submission prefix.
     *
     * @param keys with all of which it cosigns; signatures of others are dropped
     */
    public WitnessClient(URI url, List<VerifierKey> keys) {
        this.url = URI.create(url.toString().replaceAll("/+$", "") + "/add-checkpoint");
        this.keys = List.copyOf(keys);
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
     * @param cosignatures which have verified: one of each key
     * @param reached where to go on from
     */
    public record Cosigned(List<NoteLine> cosignatures, Foothold reached) {
        public Cosigned {
            cosignatures = List.copyOf(cosignatures);
        }
    }

    private record Reply(int status, String body) {
        /** Such as {@code 422: the proof does not verify}. */
        String words() {
            String line = body.lines().findFirst().orElse("").strip();
            return status + (line.isEmpty() ? "" : ": " + line);
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
        return answer.signatures().stream()
                .filter(line -> keys.stream().anyMatch(line::isOf))
                .distinct()
                .toList();
    }

    private Reply ask(WitnessRequest request) throws IOException {
        try {
            return post(request.toString().getBytes(UTF_8));
        } catch (UnknownHostException e) {
            throw new IOException("no answer from " + url + ": there is no such host", e);
        } catch (IOException e) {
            throw new IOException("no answer from " + url + ": " + e.getMessage(), e);
        }
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

    /** What comes, as far as a note can be long, from somebody who may send a byte now and then. */
    private static String read(InputStream stream) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
            bytes.write(buffer, 0, count);
            if (bytes.size() > Note.MAX) {
                throw new IOException("the answer is too long");
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("the answer takes too long");
            }
        }
        return bytes.toString(UTF_8);
    }
}
