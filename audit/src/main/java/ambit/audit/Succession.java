package ambit.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.authority.Endorsement;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.Signed;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The words by which the keys of a log's core handed over to each other, apart from the log: below a note, where tools that do not know them pass
 * over them as signatures of unknown keys, and beside a log whose beginning was archived. Each is a {@code core-key} endorsement and needs no
 * other proof. Whoever trusts one of the keys can trust those that come after it, as the former ones could have signed anything themselves.
 */
public final class Succession {
    /** The name of the file beside a log's parts. */
    private static final String FILE = "endorsements";

    /** Signed-note's signature type for algorithms without a number, and what this one is called. */
    private static final int UNASSIGNED = 0xff;

    private static final byte[] ALGORITHM = "ambit/core-key/v1".getBytes(UTF_8);
    private static final int ID = 4;

    /** As many as leave room in a note for its signatures and cosignatures. */
    private static final int MOST = 32;

    private final String origin;
    private final List<Blob> words;

    /** Words about the log with this origin, in their order; nothing of them is believed yet. */
    public Succession(String origin, List<Blob> words) {
        this.origin = origin;
        this.words = List.copyOf(words);
    }

    /** The words that are below a note, each by the key that its line names, if by any; none of it is verified. */
    public static Succession below(Note note, String origin) {
        List<Blob> words = new ArrayList<>();
        for (NoteLine line : note.signatures()) {
            try {
                if (line.name().equals(origin)
                        && line.id()
                                .equals(id(origin, Cose.parse(line.payload()).kid()))) {
                    words.add(line.payload());
                }
            } catch (MalformedException e) {
                // Some signature.
            }
        }
        return new Succession(origin, words);
    }

    /** The words in the file beside the parts of a log; none if it has none. */
    static Succession beside(Path log, String origin) throws IOException {
        try {
            return new Succession(
                    origin,
                    Files.readAllLines(log.resolve(FILE)).stream()
                            .map(it -> Blob.of(Base64.getDecoder().decode(it)))
                            .toList());
        } catch (NoSuchFileException e) {
            return new Succession(origin, List.of());
        } catch (IllegalArgumentException | java.nio.charset.CharacterCodingException e) {
            throw new JournalException(FILE + " has a line that is no base64", e);
        }
    }

    /** Keeps these words beside the parts of a log, so that its rest can be verified when those that hold them are gone. */
    public void keep(Path log) throws IOException {
        if (words.isEmpty()) {
            return;
        }
        Path fresh = log.resolve(FILE + ".new");
        Files.writeString(
                fresh,
                words.stream()
                        .map(it -> Base64.getEncoder().encodeToString(it.toArray()) + "\n")
                        .collect(Collectors.joining()),
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.WRITE,
                java.nio.file.StandardOpenOption.TRUNCATE_EXISTING,
                java.nio.file.StandardOpenOption.SYNC);
        Files.move(fresh, log.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** These words and then those, each once. */
    public Succession and(Succession later) {
        Set<Blob> all = new LinkedHashSet<>(words);
        all.addAll(later.words);
        return new Succession(origin, List.copyOf(all));
    }

    /**
     * This key, and those that it, or one of those, endorsed.
     *
     * @throws JournalException if a word that says that it is by one of these keys is not
     */
    public Set<Blob> follow(Blob trusted) {
        return ways(Set.of(trusted)).keySet();
    }

    /**
     * Of these words those that lead from what is trusted to these keys, on the shortest ways, and those by which these keys endorsed others: what
     * there is to keep of them for whoever follows further. All have verified.
     *
     * @throws JournalException if they are more than have room below a note, or a word that says that it is by one of the keys on the way is not
     */
    public Succession leading(Set<Blob> trusted, Set<Blob> keys) {
        Map<Blob, List<Blob>> ways = ways(trusted);
        Set<Blob> leading = new LinkedHashSet<>();
        for (Blob key : keys) {
            leading.addAll(ways.getOrDefault(key, List.of()));
            Map<Blob, Blob> further = new LinkedHashMap<>();
            for (Blob word : words) {
                endorsed(word, key).ifPresent(it -> further.putIfAbsent(it, word));
            }
            leading.addAll(further.values());
        }
        if (leading.size() > MOST) {
            throw new JournalException("more than " + MOST
                    + " endorsements of the core's keys are needed to follow this log: begin with a later key of it");
        }
        return new Succession(origin, List.copyOf(leading));
    }

    /** The keys that these words lead to from those that are trusted, each with the words that do, as few as possible. */
    private Map<Blob, List<Blob>> ways(Set<Blob> trusted) {
        Map<Blob, List<Blob>> ways = new LinkedHashMap<>();
        trusted.forEach(it -> ways.put(it, List.of()));
        Deque<Blob> next = new ArrayDeque<>(trusted);
        while (!next.isEmpty()) {
            Blob key = next.remove();
            List<Blob> before = ways.getOrDefault(key, List.of());
            for (Blob word : words) {
                Optional<Blob> endorsed = endorsed(word, key).filter(it -> !ways.containsKey(it));
                if (endorsed.isPresent()) {
                    ways.put(endorsed.get(), and(before, word));
                    next.add(endorsed.get());
                }
            }
        }
        return ways;
    }

    private static List<Blob> and(List<Blob> way, Blob word) {
        List<Blob> longer = new ArrayList<>(way);
        longer.add(word);
        return longer;
    }

    /** The key that this one endorsed by the word, if it is about this log and by this key. */
    private Optional<Blob> endorsed(Blob word, Blob signer) {
        try {
            if (!Cose.parse(word).kid().equals(signer)) {
                return Optional.empty();
            }
            Endorsement endorsement = Endorsement.parse(Signed.verify(Domain.CORE_KEY, signer, word));
            return Optional.of(endorsement).filter(it -> it.of().equals(origin)).map(Endorsement::key);
        } catch (BadSignature | MalformedException e) {
            throw new JournalException(
                    "what says that the core's key endorsed another one is not by that key: " + e.getMessage(), e);
        }
    }

    /** The note with these words below it, of which those that were there stay as they were. */
    public Note under(Note note) {
        List<NoteLine> lines = new ArrayList<>(note.signatures());
        for (Blob word : words.subList(Math.max(0, words.size() - MOST), words.size())) {
            NoteLine line = new NoteLine(origin, id(origin, signer(word)), word);
            if (!lines.contains(line)) {
                lines.add(line);
            }
        }
        return new Note(note.text(), lines);
    }

    private static Blob signer(Blob word) {
        try {
            return Cose.parse(word).kid();
        } catch (MalformedException e) {
            throw new JournalException("an endorsement of the core's key is not well formed", e);
        }
    }

    private static Blob id(String origin, Blob key) {
        byte[] name = (origin + "\n").getBytes(UTF_8);
        byte[] whole = ByteBuffer.allocate(name.length + 1 + ALGORITHM.length + key.size())
                .put(name)
                .put((byte) UNASSIGNED)
                .put(ALGORITHM)
                .put(key.toArray())
                .array();
        return Blob.of(java.util.Arrays.copyOf(Blob.of(whole).sha256().toArray(), ID));
    }
}
