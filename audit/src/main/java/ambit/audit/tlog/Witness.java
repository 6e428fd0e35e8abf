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

/**
 * Cosigns checkpoints of logs that it knows, each only if it continues the one before: C2SP tlog-witness. It follows a log to the keys that the
 * log's key endorses, if the endorsements stand below the checkpoint. What it cosigned last is on the disk before the cosignature leaves.
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
        List<VerifierKey> keys;
        try {
            keys = keys(checkpoint.origin(), last, request.checkpoint());
            if (request.checkpoint().verifiedBy(keys).isEmpty()) {
                return Answer.refused(403, "the checkpoint is not signed with a key of the log");
            }
        } catch (JournalException e) {
            return Answer.refused(403, String.valueOf(e.getMessage()));
        }
        return growth(request, checkpoint, last, keys);
    }

    /**
     * The keys that may have signed the checkpoint: those that it was given, and of Ed25519 those that these endorsed, as the endorsements below
     * this checkpoint and below the one before say. When a log has gone on to another key, what came before that key signs nothing more.
     */
    private List<VerifierKey> keys(String origin, Optional<Note> last, Note checkpoint) {
        Succession succession = succession(origin, last, checkpoint);
        Set<VerifierKey> keys = new LinkedHashSet<>();
        for (VerifierKey key : logs) {
            if (key.name().equals(origin)) {
                keys.addAll(key.type() == VerifierKey.ED25519 ? following(key, succession) : List.of(key));
            }
        }
        Set<VerifierKey> present = last.map(it -> it.verifiedBy(keys)).orElse(Set.of());
        return keys.stream()
                .filter(key -> present.contains(key)
                        || key.type() != VerifierKey.ED25519
                        || following(key, succession).stream().noneMatch(present::contains))
                .toList();
    }

    private static Succession succession(String origin, Optional<Note> last, Note checkpoint) {
        Succession present = Succession.below(checkpoint, origin);
        return last.map(it -> Succession.below(it, origin).and(present)).orElse(present);
    }

    private static List<VerifierKey> following(VerifierKey key, Succession succession) {
        return succession.follow(key.key()).stream()
                .map(it -> VerifierKey.ed25519(key.name(), it))
                .toList();
    }

    private Answer growth(WitnessRequest request, Checkpoint checkpoint, Optional<Note> before, List<VerifierKey> keys)
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
        return cosign(request.checkpoint(), succession(checkpoint.origin(), before, request.checkpoint()), keys);
    }

    private Answer cosign(Note checkpoint, Succession succession, List<VerifierKey> keys) throws IOException {
        long now = clock.instant().getEpochSecond();
        List<NoteLine> lines = new ArrayList<>(checkpoint.signatures());
        lines.removeIf(line -> keys.stream().noneMatch(line::isOf));
        StringBuilder cosignatures = new StringBuilder();
        for (NoteSigner signer : signers) {
            NoteLine line = signer.sign(checkpoint.text(), now);
            lines.add(line);
            cosignatures.append(line);
        }
        Note remembered = succession.under(new Note(checkpoint.text(), lines));
        if (remembered.toString().getBytes(UTF_8).length > Note.MAX) {
            return Answer.refused(400, "the checkpoint has too much below it");
        }
        remember(file(Checkpoint.of(checkpoint).origin()), remembered);
        return new Answer(200, "text/plain; charset=utf-8", cosignatures.toString());
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
