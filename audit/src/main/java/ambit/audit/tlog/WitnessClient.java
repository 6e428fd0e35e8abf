package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.VerifierKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Asks a witness for its cosignature. */
public final class WitnessClient {
    private final URI url;
    private final List<VerifierKey> keys;

    /**
     * The witness at a submission prefix.
     *
     * @param keys with which it cosigns; signatures of others are dropped
     */
    public WitnessClient(URI url, List<VerifierKey> keys) {
        this.url = URI.create(url.toString().replaceAll("/+$", "") + "/add-checkpoint");
        this.keys = List.copyOf(keys);
    }

    private record Reply(int status, String body) {}

    /**
     * The checkpoint with the witness's cosignatures, which have verified.
     *
     * @param prover whose checkpoint it is
     * @throws JournalException if the witness refuses, or does not cosign with its keys
     */
    public Note cosign(Note checkpoint, Prover prover) throws IOException {
        Reply reply = ask(checkpoint, prover, 0);
        if (reply.status == HttpURLConnection.HTTP_CONFLICT) {
            String size = reply.body;
            if (!size.matches("(0|[1-9][0-9]{0,17})\n")) {
                throw new JournalException(url + " does not say the size that it knows");
            }
            reply = ask(checkpoint, prover, Long.parseLong(size.strip()));
        }
        if (reply.status != HttpURLConnection.HTTP_OK) {
            throw new JournalException(url + " refuses with " + reply.status + ": "
                    + reply.body.lines().findFirst().orElse(""));
        }
        return cosigned(checkpoint, reply.body);
    }

    private Note cosigned(Note checkpoint, String body) {
        Note answer = Note.parse((checkpoint.text() + "\n" + body).getBytes(UTF_8));
        if (answer.verifiedBy(keys).isEmpty()) {
            throw new JournalException(url + " does not cosign with the keys that it is known by");
        }
        List<NoteLine> lines = new ArrayList<>(checkpoint.signatures());
        lines.removeIf(line -> keys.stream().anyMatch(line::isOf));
        answer.signatures().stream()
                .filter(line -> keys.stream().anyMatch(line::isOf))
                .forEach(lines::add);
        return new Note(checkpoint.text(), lines);
    }

    private Reply ask(Note checkpoint, Prover prover, long old) throws IOException {
        byte[] request = new WitnessRequest(old, prover.consistency(old), checkpoint)
                .toString()
                .getBytes(UTF_8);
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setConnectTimeout(10_000);
        connection.setReadTimeout(30_000);
        connection.setDoOutput(true);
        connection.setRequestMethod("POST");
        try (OutputStream out = connection.getOutputStream()) {
            out.write(request);
        }
        int status = connection.getResponseCode();
        InputStream stream = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        if (stream == null) {
            return new Reply(status, "");
        }
        try (stream) {
            return new Reply(status, new String(stream.readNBytes(Note.MAX), UTF_8));
        }
    }
}
