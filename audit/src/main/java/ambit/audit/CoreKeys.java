package ambit.audit;

import ambit.authority.Endorsement;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.Signed;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The keys that a log's core has signed with, as the log tells it: the first one is of the first {@link Entry.Boot}; each later one was
 * endorsed by the one before it and took over at a boot that names it. Who trusts one of them can trust those that follow it, and none that
 * came before.
 */
final class CoreKeys {
    private static final long NOT_YET = Long.MAX_VALUE;

    /** A key of the log of these sizes: from the entry that endorsed it until the boot of another one. */
    private static final class Reign {
        final Blob key;
        final Optional<Reign> endorser;
        final long from;
        long to = NOT_YET;

        /** The endorser's word. */
        final Blob word;

        /** What checkpoints are signed with beside the key: by the index of the entry that says so. */
        final NavigableMap<Long, VerifierKey> postQuantum = new TreeMap<>();

        Reign(Blob key, Optional<Reign> endorser, long from, Blob word) {
            this.key = key;
            this.endorser = endorser;
            this.from = from;
            this.word = word;
        }

        static Reign first(Blob key) {
            return new Reign(key, Optional.empty(), 0, Blob.EMPTY);
        }

        Optional<VerifierKey> postQuantum(long size) {
            return Optional.ofNullable(postQuantum.lowerEntry(size)).map(Map.Entry::getValue);
        }

        boolean comesFrom(Set<Blob> trusted) {
            return trusted.contains(key)
                    || endorser.map(it -> it.comesFrom(trusted)).orElse(false);
        }
    }

    private final String origin;
    private final List<Reign> reigns = new ArrayList<>();
    private Optional<Reign> present = Optional.empty();
    private boolean beginsLater;

    /** Of the log with this origin. */
    CoreKeys(String origin) {
        this.origin = origin;
    }

    /** The first entries were archived: the key in force is the one that what follows is by. */
    void beginsLater() {
        beginsLater = true;
    }

    /**
     * Demands that this key, which signed a snapshot of so many entries, was in force then. If nothing said so far which one was, it is this.
     */
    void requireInForce(Blob key, long size) {
        if (present.isEmpty()) {
            present = Optional.of(Reign.first(key));
            reigns.add(present.get());
        }
        if (!inForce(key, size)) {
            throw new JournalException("the snapshot is not signed with the core's key");
        }
    }

    /** Whether this key may have signed something over so many entries. */
    boolean inForce(Blob key, long size) {
        return reigns.stream().anyMatch(it -> it.key.equals(key) && it.from <= size && size <= it.to);
    }

    /** Takes the next entry. */
    void take(long index, Entry entry) {
        switch (entry) {
            case Entry.Boot boot -> boot(index, boot.coreKey());
            case Entry.CoreKeyEndorsed endorsed -> endorsed(index, endorsed);
            case Entry.PostQuantumKey it -> postQuantum(index, it.key());
            default -> {}
        }
    }

    private void boot(long index, Blob key) {
        if (present.isEmpty()) {
            present = Optional.of(Reign.first(key));
            reigns.add(present.get());
        } else if (!present.get().key.equals(key)) {
            Reign next = reigns.stream()
                    .filter(it -> it.to == NOT_YET && it.key.equals(key))
                    .findFirst()
                    .orElseThrow(() -> new JournalException("the core began to sign with another key at #" + index
                            + ", which the key before it had not endorsed"));
            reigns.stream().filter(it -> it.to == NOT_YET && it != next).forEach(it -> it.to = index);
            present = Optional.of(next);
        }
    }

    private void postQuantum(long index, Blob key) {
        if (beginsLater && present.isEmpty()) {
            return; // of a key that nothing here names
        }
        present.orElseThrow(() -> new JournalException("#" + index + " names an ML-DSA key before the core's own"))
                .postQuantum
                .put(index, new VerifierKey(origin, VerifierKey.ML_DSA, key));
    }

    private void endorsed(long index, Entry.CoreKeyEndorsed entry) {
        try {
            if (beginsLater && present.isEmpty()) {
                boot(index, Cose.parse(entry.word()).kid());
            }
            Reign endorser = present.orElseThrow(() -> new MalformedException("there is no key yet"));
            Endorsement word = Endorsement.parse(Signed.verify(Domain.CORE_KEY, endorser.key, entry.word()));
            if (!word.of().equals(origin) || !word.key().equals(entry.key())) {
                throw new MalformedException("the word is about another log or key");
            }
            if (reigns.stream().anyMatch(it -> it.key.equals(word.key()))) {
                throw new MalformedException("the key was there before");
            }
            reigns.add(new Reign(word.key(), Optional.of(endorser), index + 1, entry.word()));
        } catch (BadSignature | MalformedException e) {
            throw new JournalException(
                    "the key of the core that #" + index + " names is not endorsed: " + e.getMessage());
        }
    }

    /** The words by which the keys that may sign a checkpoint over so many entries followed each other. */
    Succession succession(long size) {
        List<Blob> words = new ArrayList<>();
        for (Reign reign : reigns) {
            // A key that was endorsed and passed over is nobody's.
            boolean good = reign.to == NOT_YET
                    || present.filter(it -> descends(it, reign)).isPresent();
            if (reign.endorser.isPresent() && reign.from <= size && good) {
                words.add(reign.word);
            }
        }
        return new Succession(origin, words);
    }

    private static boolean descends(Reign reign, Reign from) {
        return reign == from || reign.endorser.map(it -> descends(it, from)).orElse(false);
    }

    /**
     * Demands that a checkpoint over the first {@code size} entries is signed with a key that was in force then, and with the ML-DSA key that
     * the log names beside it where it names one among them; for somebody who trusts these keys.
     */
    void requireSigned(Note note, Set<Blob> trusted, long size) {
        requireSigned(
                note,
                possible(trusted, size).filter(it -> it.comesFrom(trusted)).toList(),
                size);
    }

    /** The same of a checkpoint over entries that a newer one is over too, for which it is all the same whether they trust its key. */
    void requireSignedThen(Note note, Set<Blob> trusted, long size) {
        requireSigned(note, possible(trusted, size).toList(), size);
    }

    private Stream<Reign> possible(Set<Blob> trusted, long size) {
        return reigns.isEmpty()
                ? trusted.stream().map(Reign::first)
                : reigns.stream().filter(it -> it.from <= size && size <= it.to);
    }

    private void requireSigned(Note note, List<Reign> possible, long size) {
        Set<VerifierKey> verified = note.verifiedBy(possible.stream()
                .flatMap(it -> Stream.concat(Stream.of(ed25519(it)), it.postQuantum(size).stream()))
                .toList());
        List<Reign> signers =
                possible.stream().filter(it -> verified.contains(ed25519(it))).toList();
        if (signers.isEmpty()) {
            throw new JournalException("checkpoint is not signed with the core's key");
        }
        if (signers.stream()
                .noneMatch(it -> it.postQuantum(size).map(verified::contains).orElse(true))) {
            throw new JournalException("checkpoint is not signed with the core's ML-DSA key");
        }
    }

    private VerifierKey ed25519(Reign reign) {
        return VerifierKey.ed25519(origin, reign.key);
    }
}
