package ambit.audit.tlog;

import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import ambit.wire.Limits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Witnesses, and how many of them must have cosigned a checkpoint.
 *
 * @param need from 1 to as many as there are
 */
public record Quorum(List<Member> witnesses, int need) {
    /**
     * One witness.
     *
     * @param keys all of which it signs with
     */
    public record Member(String name, List<VerifierKey> keys) {
        public Member {
            keys = List.copyOf(keys);
        }
    }

    /**
     * A witness that has cosigned.
     *
     * @param size of the checkpoint
     * @param atS when, in seconds since 1970; 0 if it does not say
     */
    public record Cosigned(String name, long size, long atS) {}

    /** Refuses a number that no or too many witnesses make up, and witnesses that share a key. */
    public Quorum {
        witnesses = List.copyOf(witnesses);
        if (need < 1 || need > witnesses.size()) {
            throw new IllegalArgumentException(
                    "a quorum of " + need + " cannot be reached by " + witnesses.size() + " witnesses");
        }
        shared(witnesses).ifPresent(it -> {
            throw new IllegalArgumentException(it);
        });
    }

    /** That two of these have a key in common, in words: whoever has the key would count twice. */
    public static Optional<String> shared(List<Member> witnesses) {
        Map<Blob, String> names = new HashMap<>();
        for (Member witness : witnesses) {
            for (VerifierKey key : witness.keys) {
                String other = names.putIfAbsent(key.key(), witness.name);
                if (other != null && !other.equals(witness.name)) {
                    return Optional.of("the witnesses " + other + " and " + witness.name + " have the same key");
                }
            }
        }
        return Optional.empty();
    }

    /** Each name of these keys is a witness. */
    public static List<Member> members(List<VerifierKey> keys) {
        Map<String, List<VerifierKey>> named = new LinkedHashMap<>();
        keys.forEach(
                key -> named.computeIfAbsent(key.name(), _ -> new ArrayList<>()).add(key));
        return named.entrySet().stream()
                .map(it -> new Member(it.getKey(), it.getValue()))
                .toList();
    }

    /**
     * Those that have cosigned this checkpoint with all of their keys.
     *
     * @throws JournalException if a signature that says that it is of one of them is not, or says a time after the year 9999, or the log itself is
     *     among them
     */
    public List<Cosigned> cosigned(Note checkpoint) {
        Checkpoint said = Checkpoint.of(checkpoint);
        List<Cosigned> cosigned = new ArrayList<>();
        for (Member witness : witnesses) {
            if (witness.name.equals(said.origin())) {
                throw new JournalException(witness.name + " is the log itself, and no witness of it");
            }
            Set<VerifierKey> signed = checkpoint.verifiedBy(witness.keys);
            if (signed.size() == witness.keys.size()) {
                cosigned.add(new Cosigned(witness.name, said.head().size(), time(checkpoint, witness)));
            }
        }
        return cosigned;
    }

    private static long time(Note checkpoint, Member witness) {
        long time = checkpoint.signatures().stream()
                .filter(line ->
                        witness.keys.stream().anyMatch(key -> key.type() != VerifierKey.ED25519 && line.isOf(key)))
                .mapToLong(NoteLine::time)
                .max()
                .orElse(0);
        if (time > Limits.LAST_SECOND) {
            throw new JournalException("the cosignature of " + witness.name + " says a time after the year 9999");
        }
        return time;
    }

    /** Whether enough of them have cosigned it. */
    public boolean reachedBy(Note checkpoint) {
        return cosigned(checkpoint).size() >= need;
    }

    /** That these are not enough, in words. */
    public String missing(List<Cosigned> cosigned) {
        if (witnesses.size() == 1) {
            return "the witness " + witnesses.getFirst().name + " has not cosigned the checkpoint";
        }
        List<String> names = cosigned.stream().map(Cosigned::name).toList();
        return cosigned.size() + " of " + witnesses.size() + " witnesses have cosigned the checkpoint; the quorum is "
                + need + ", and missing are "
                + witnesses.stream()
                        .map(Member::name)
                        .filter(it -> !names.contains(it))
                        .collect(Collectors.joining(", "));
    }
}
