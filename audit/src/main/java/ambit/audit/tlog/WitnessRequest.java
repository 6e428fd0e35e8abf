package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a witness is asked to cosign: the body of C2SP tlog-witness's {@code add-checkpoint}.
 *
 * @param old the size that the witness cosigned last
 * @param consistency from there to the checkpoint
 */
record WitnessRequest(long old, List<Blob> consistency, Note checkpoint) {
    private static final int MAX_HASHES = 63;

    /** How large such a body can be. */
    static final int MAX = Note.MAX + 4096;

    static WitnessRequest parse(byte[] body) {
        String text = new String(body, UTF_8);
        int end = text.indexOf("\n\n");
        List<String> lines = text.substring(0, Math.max(end, 0)).lines().toList();
        if (lines.isEmpty()
                || lines.size() > 1 + MAX_HASHES
                || !lines.getFirst().matches("old (0|[1-9][0-9]{0,17})")) {
            throw new JournalException("not an old size, hashes, an empty line and a checkpoint");
        }
        WitnessRequest request = new WitnessRequest(
                Long.parseLong(lines.getFirst().substring("old ".length())),
                LogProof.hashes(lines.subList(1, lines.size())),
                Note.parse(text.substring(end + 2).getBytes(UTF_8)));
        LogProof.requireSpelled(request.toString(), body);
        return request;
    }

    @Override
    public String toString() {
        return "old " + old + "\n"
                + consistency.stream().map(it -> LogProof.base64(it) + "\n").collect(Collectors.joining()) + "\n"
                + checkpoint;
    }
}
