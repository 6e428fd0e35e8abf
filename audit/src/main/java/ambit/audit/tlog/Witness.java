package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.audit.Succession;
import ambit.log.Checkpoint;
import ambit.log.Head;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Cosigns checkpoints of logs that it knows, each only if it continues the one before: C2SP tlog-witness. It follows a log to the keys that the
 * log's key endorses, if the endorsements stand below the checkpoint, and takes nothing more by a key from before. What it cosigned last is on the disk before the cosignature leaves.
 * Thread-safe; one process at a time uses a directory.
 */
public final class Witness {
    private final Path directory;
    private final List<VerifierKey> logs;
    private final List<NoteSigner> signers;
    private final InstantSource clock;

    /** An answer of HTTP. */
    public record Answer(int status, String type, String body) {
        private static Answer refused(int status, String sentence) {
            return new Answer(status, "text/plain; charset=utf-8", sentence + "\n");
        }
    }

    /**
     * Keeps its state in a directory, which is made if it is not there.
     *
     * @param logs the keys of the logs, whose names are their origins
     * @param signers the witness's own
     */
    public Witness(Path directory, List<VerifierKey> logs, List<NoteSigner> signers, InstantSource clock)
            throws IOException {
        this.directory = Files.createDirectories(directory);
        this.logs = List.copyOf(logs);
        this.signers = List.copyOf(signers);
        this.clock = clock;
    }

    /** Bytes of the largest request. */
    public static int largestRequest() {
        return WitnessRequest.MAX;
    }

    /** Answers {@code POST /add-checkpoint}. */
    public synchronized Answer addCheckpoint(byte[] body) throws IOException {
        WitnessRequest request;
        Checkpoint checkpoint;
        try {
            request = WitnessRequest.parse(body);
            checkpoint = Checkpoint.of(request.checkpoint());
        } catch (JournalException e) {
            return Answer.refused(400, String.valueOf(e.getMessage()));
        }
        if (logs.stream().noneMatch(it -> it.name().equals(checkpoint.origin()))) {
            return Answer.refused(404, "this witness does not know the log " + checkpoint.origin());
        }
        Optional<Note> last = last(checkpoint.origin());
        Note accepted;
        try {
            accepted = accepted(request.checkpoint(), checkpoint.origin(), last);
        } catch (JournalException e) {
            return Answer.refused(403, String.valueOf(e.getMessage()));
        }
        return growth(request, checkpoint, last, accepted);
    }

    /**
     * The checkpoint with what is to be remembered below it: one signature by each of the log's keys that signed it, and the endorsements that lead
     * to the one of Ed25519, or on from it.
     *
     * <p>Once something was cosigned, what signed that is followed, by the endorsements below it and below this checkpoint, and nothing else: a
     * key from before could still endorse others. What was given counts again where it does not lead to what signed last, as whoever runs the
     * witness has then given it other keys. An ML-DSA signature is an addition, as no endorsement says whose turn it is.
     *
     * @throws JournalException if the log's key has not signed it
     */
    private Note accepted(Note checkpoint, String origin, Optional<Note> last) {
        Set<VerifierKey> given = logs.stream()
                .filter(it -> it.name().equals(origin))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Succession before = last.map(it -> Succession.below(it, origin)).orElse(new Succession(origin, List.of()));
        Succession words = before.and(Succession.below(checkpoint, origin));
        Set<VerifierKey> present =
                ed25519(last.map(it -> it.verifiedBy(following(given, before))).orElse(Set.of()));
        Set<VerifierKey> keys = new LinkedHashSet<>(given);
        if (!present.isEmpty()) {
            keys.removeAll(ed25519(given));
            keys.addAll(present);
        }
        Set<VerifierKey> signers = new LinkedHashSet<>(checkpoint.verifiedBy(following(keys, words)));
        Set<VerifierKey> newest = newest(ed25519(signers), given, words);
        if (signers.isEmpty() || (newest.isEmpty() && !ed25519(given).isEmpty())) {
            throw new JournalException("the checkpoint is not signed with a key of the log");
        }
        signers.removeIf(it -> it.type() == VerifierKey.ED25519 && !newest.contains(it));
        return words.leading(raw(ed25519(given)), raw(newest))
                .under(new Note(
                        checkpoint.text(),
                        signers.stream().map(it -> line(checkpoint, it)).toList()));
    }

    /**
     * Those of the signers that none of the others follows. Whoever has a former key can sign as well below what the present one signed, and must
     * not be remembered for it; nor may another one whom that key endorsed.
     */
    private static Set<VerifierKey> newest(Set<VerifierKey> signers, Set<VerifierKey> given, Succession words) {
        Set<VerifierKey> newest = new LinkedHashSet<>(signers);
        newest.removeIf(
                key -> following(Set.of(key), words).stream().anyMatch(it -> !it.equals(key) && signers.contains(it)));
        boolean several = newest.size() > 1 && !given.containsAll(newest);
        if (several || (newest.isEmpty() && !signers.isEmpty())) {
            throw new JournalException(
                    "the checkpoint is signed with keys of the log of which none follows the others");
        }
        return newest;
    }

    private static Set<VerifierKey> ed25519(Set<VerifierKey> keys) {
        return keys.stream()
                .filter(it -> it.type() == VerifierKey.ED25519)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<Blob> raw(Set<VerifierKey> keys) {
        return keys.stream().map(VerifierKey::key).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** These keys, and those of Ed25519 that they endorsed. */
    private static Set<VerifierKey> following(Set<VerifierKey> keys, Succession words) {
        Set<VerifierKey> all = new LinkedHashSet<>(keys);
        for (VerifierKey key : ed25519(keys)) {
            words.follow(key.key()).forEach(it -> all.add(VerifierKey.ed25519(key.name(), it)));
        }
        return all;
    }

    private static NoteLine line(Note note, VerifierKey key) {
        return note.signatures().stream().filter(it -> it.isOf(key)).findFirst().orElseThrow();
    }

    private Answer growth(WitnessRequest request, Checkpoint checkpoint, Optional<Note> before, Note accepted)
            throws IOException {
        Head head = checkpoint.head();
        if (request.old() > head.size()) {
            return Answer.refused(400, "the old size is larger than the checkpoint's");
        }
        Head last = before.map(it -> Checkpoint.of(it).head()).orElse(new Head(0, Merkle.empty()));
        if (request.old() != last.size()) {
            return new Answer(409, "text/x.tlog.size", last.size() + "\n");
        }
        if (!Merkle.continues(last.size(), last.root(), head.size(), head.root(), request.consistency())) {
            return Answer.refused(422, "the checkpoint does not continue the one of " + last.size() + " entries");
        }
        return cosign(accepted, checkpoint.origin());
    }

    private Answer cosign(Note accepted, String origin) throws IOException {
        long now = clock.instant().getEpochSecond();
        List<NoteLine> lines = new ArrayList<>(accepted.signatures());
        StringBuilder cosignatures = new StringBuilder();
        for (NoteSigner signer : signers) {
            NoteLine line = signer.sign(accepted.text(), now);
            lines.add(line);
            cosignatures.append(line);
        }
        Note remembered = new Note(accepted.text(), lines);
        if (!isReadable(remembered)) {
            return Answer.refused(400, "the checkpoint has too much below it");
        }
        remember(file(origin), remembered);
        return new Answer(200, "text/plain; charset=utf-8", cosignatures.toString());
    }

    /** Whether it can be read again, without which nothing more of the log could be cosigned. */
    private static boolean isReadable(Note note) {
        try {
            return Note.parse(note.toString().getBytes(UTF_8)).equals(note);
        } catch (JournalException e) {
            return false;
        }
    }

    /** The checkpoint that it cosigned last of the log with this hash of its origin, in hex; with its cosignatures. */
    public synchronized Answer checkpoint(String originHash) throws IOException {
        for (VerifierKey log : logs) {
            Optional<Note> note = hash(log.name()).equals(originHash) ? last(log.name()) : Optional.empty();
            if (note.isPresent()) {
                return new Answer(200, "text/plain; charset=utf-8", note.get().toString());
            }
        }
        return Answer.refused(404, "nothing was cosigned of this log");
    }

    private static String hash(String origin) {
        return Blob.of(origin.getBytes(UTF_8)).sha256().toHex();
    }

    private Path file(String origin) {
        return directory.resolve(hash(origin) + ".checkpoint");
    }

    private Optional<Note> last(String origin) throws IOException {
        Path file = file(origin);
        return Files.exists(file) ? Optional.of(Note.parse(Files.readAllBytes(file))) : Optional.empty();
    }

    private void remember(Path file, Note note) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(note.toString().getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
    }
}
