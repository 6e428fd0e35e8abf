package ambit.audit.tlog;

import ambit.audit.LogTail;
import ambit.log.MerkleRange;
import ambit.wire.Blob;
import java.util.List;

/**
 * What is kept of a log's first entries to prove later that it has grown from them: where they end, and the roots of the perfect subtrees of the
 * tree over them, the smallest first. The entries themselves may be archived since.
 */
public record Foothold(LogTail.Place place, List<Blob> roots) {
    /** Before the first entry. */
    public static final Foothold START = new Foothold(LogTail.Place.START, List.of());

    /** Refuses what cannot be the roots of so many entries. */
    public Foothold {
        roots = List.copyOf(roots);
        if (place.index() < 0
                || roots.size() != Long.bitCount(place.index())
                || roots.stream().anyMatch(it -> it.size() != Merkle.HASH)) {
            throw new IllegalArgumentException("not the roots of a tree over " + place.index() + " entries");
        }
    }

    /** How many entries are before it. */
    public long size() {
        return place.index();
    }

    MerkleRange tree() {
        return MerkleRange.of(size(), roots);
    }
}
