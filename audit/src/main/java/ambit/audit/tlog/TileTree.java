package ambit.audit.tlog;

import ambit.log.Head;
import ambit.wire.Blob;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tree of a log of one size, read from its tiles: a proof reads a number of them that grows with the logarithm of the size. What the
 * tiles say is worth nothing before the proof is checked against a signed root. Not thread-safe.
 */
public final class TileTree {
    private final TileSource source;
    private final long size;
    private final Map<Tile, byte[]> tiles = new HashMap<>();

    /** The first {@code size} entries; the source must have the partial tiles of this size, or fuller ones. */
    public TileTree(TileSource source, long size) {
        this.source = source;
        this.size = size;
    }

    /** What the tiles say that a checkpoint over the first {@code size} entries is over. */
    public Head head(long size) throws IOException {
        return new Head(size, size == 0 ? Merkle.empty() : root(0, size));
    }

    /** From the sibling of the entry upwards: RFC 6962 §2.1.1. */
    public List<Blob> inclusion(long index) throws IOException {
        List<Blob> proof = new ArrayList<>();
        inclusion(index, 0, size, proof);
        return proof;
    }

    private void inclusion(long index, long from, long to, List<Blob> proof) throws IOException {
        if (to - from <= 1) {
            return;
        }
        long middle = from + Long.highestOneBit(to - from - 1);
        if (index < middle) {
            inclusion(index, from, middle, proof);
            proof.add(root(middle, to));
        } else {
            inclusion(index, middle, to, proof);
            proof.add(root(from, middle));
        }
    }

    /** That the tree begins with its first {@code old} entries: RFC 6962 §2.1.2. */
    public List<Blob> consistency(long old) throws IOException {
        List<Blob> proof = new ArrayList<>();
        for (Span span : Span.consistency(old, size)) {
            proof.add(root(span.from(), span.to()));
        }
        return proof;
    }

    /** The root over some entries, which are a subtree of the tree of some size. */
    private Blob root(long from, long to) throws IOException {
        long count = to - from;
        if (Long.bitCount(count) == 1) {
            int level = Long.numberOfTrailingZeros(count);
            int inTile = 1 << (level % 8);
            long number = from >> (level / 8 * 8);
            byte[] tile = tile(Tile.of(level / 8, number, size));
            return Tile.root(tile, (int) (number % Tile.FULL), inTile);
        }
        long middle = from + Long.highestOneBit(count - 1);
        return Merkle.node(root(from, middle), root(middle, to));
    }

    private byte[] tile(Tile tile) throws IOException {
        byte[] known = tiles.get(tile);
        if (known != null) {
            return known;
        }
        byte[] read = read(source, tile);
        if (read.length < tile.width() * Merkle.HASH) {
            throw new IOException(tile.path() + " is too short");
        }
        tiles.put(tile, read);
        return read;
    }

    /** A tile, or the full one that took the place of a partial one. */
    static byte[] read(TileSource source, Tile tile) throws IOException {
        try {
            return source.read(tile.path());
        } catch (IOException e) {
            if (tile.width() == Tile.FULL) {
                throw e;
            }
            return full(source, tile).orElseThrow(() -> e);
        }
    }

    private static Optional<byte[]> full(TileSource source, Tile tile) {
        try {
            return Optional.of(source.read(new Tile(tile.level(), tile.index(), Tile.FULL).path()));
        } catch (IOException e) {
            // It is the partial one that is missing.
            return Optional.empty();
        }
    }
}
