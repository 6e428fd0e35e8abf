package ambit.audit.scope;

import ambit.audit.tlog.Merkle;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.List;

/** The tree of RFC 6962 §2.1 over entries that are all at hand. Immutable. */
public final class HashTree {
    /** From the leaves up. The last one of a level that has no sibling stands in the next level as it is. */
    private final List<List<Blob>> levels = new ArrayList<>();

    HashTree(List<Blob> entries) {
        List<Blob> level =
                entries.stream().map(entry -> Merkle.leaf(entry.toArray())).toList();
        levels.add(level);
        while (level.size() > 1) {
            List<Blob> above = new ArrayList<>();
            for (int i = 0; i < level.size(); i += 2) {
                above.add(i + 1 < level.size() ? Merkle.node(level.get(i), level.get(i + 1)) : level.get(i));
            }
            level = above;
            levels.add(level);
        }
    }

    /** The tree that proves a search: the scope, then what was found, best first. */
    public static HashTree of(Scope scope, List<Found> found) {
        List<Blob> entries = new ArrayList<>();
        entries.add(scope.toBlob());
        found.forEach(it -> entries.add(Scope.entry(it.namespace(), it.hash())));
        return new HashTree(entries);
    }

    /**
     * A chunk that was found.
     *
     * @param namespace which of the scope's it is from, counted from 0
     */
    public record Found(int namespace, Blob hash) {}

    public Blob root() {
        return levels.getLast().isEmpty()
                ? Blob.EMPTY.sha256()
                : levels.getLast().getFirst();
    }

    /** The hashes from the leaf's sibling upwards. */
    public List<Blob> path(int index) {
        List<Blob> path = new ArrayList<>();
        int at = index;
        for (List<Blob> level : levels.subList(0, levels.size() - 1)) {
            int sibling = at ^ 1;
            if (sibling < level.size()) {
                path.add(level.get(sibling));
            }
            at >>= 1;
        }
        return path;
    }
}
