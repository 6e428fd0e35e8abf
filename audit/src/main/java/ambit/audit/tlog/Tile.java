package ambit.audit.tlog;

import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The name of a tile.
 *
 * @param level 0 for the hashes of entries; {@link #ENTRIES} for the entries themselves
 * @param index within the level
 * @param width how many hashes or entries, {@link #FULL} or less
 */
record Tile(int level, long index, int width) {
    static final int FULL = 256;
    static final int ENTRIES = -1;

    /** Where it is, relative to the log. */
    String path() {
        StringBuilder path = new StringBuilder("%03d".formatted(index % 1000));
        for (long rest = index / 1000; rest > 0; rest /= 1000) {
            path.insert(0, "x%03d/".formatted(rest % 1000));
        }
        return "tile/" + (level == ENTRIES ? "entries" : level) + "/" + path + (width < FULL ? ".p/" + width : "");
    }

    /** The tile that holds the hash, or entry, with this number on its level, in a log of this size. */
    static Tile of(int level, long number, long size) {
        long onLevel = size >> (8 * Math.max(level, 0));
        long index = number / FULL;
        return new Tile(level, index, (int) Math.min(FULL, onLevel - index * FULL));
    }

    /** All tiles of a log of this size but those of entries, level by level. */
    static List<Tile> all(long size) {
        List<Tile> tiles = new ArrayList<>();
        for (int level = 0; size >> (8 * level) > 0; level++) {
            for (long index = 0; index * FULL < size >> (8 * level); index++) {
                tiles.add(of(level, index * FULL, size));
            }
        }
        return tiles;
    }

    static byte[] join(List<Blob> hashes) {
        byte[] bytes = new byte[hashes.size() * Merkle.HASH];
        for (int i = 0; i < hashes.size(); i++) {
            System.arraycopy(hashes.get(i).toArray(), 0, bytes, i * Merkle.HASH, Merkle.HASH);
        }
        return bytes;
    }

    /** The hash with this number in the tile. */
    static Blob hash(byte[] tile, int number) {
        return Blob.of(Arrays.copyOfRange(tile, number * Merkle.HASH, (number + 1) * Merkle.HASH));
    }

    /** The root over so many hashes, a power of two, from this one on. */
    static Blob root(byte[] tile, int from, int count) {
        return count == 1
                ? hash(tile, from)
                : Merkle.node(root(tile, from, count / 2), root(tile, from + count / 2, count / 2));
    }
}
