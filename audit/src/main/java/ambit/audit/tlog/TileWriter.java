package ambit.audit.tlog;

import ambit.log.JournalException;
import ambit.wire.Blob;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Makes the tiles of a growing list of entries. Holds one tile of each level. Not thread-safe. */
final class TileWriter {
    private final BiConsumer<Tile, byte[]> sink;
    private final List<List<Blob>> levels = new ArrayList<>();
    private final ByteArrayOutputStream bundle = new ByteArrayOutputStream();
    private long size;

    /** Every tile goes to {@code sink}: a full one as soon as it is full, the others at {@link #finish}. */
    TileWriter(BiConsumer<Tile, byte[]> sink) {
        this.sink = sink;
    }

    /**
     * Adds the next entry.
     *
     * @throws JournalException if this is not its index: what comes before it is somewhere else
     */
    void add(long index, byte[] entry) {
        if (index != size) {
            throw new JournalException("the entries before #" + index + " were archived, and they are needed too");
        }
        Bundle.write(entry, bundle);
        size++;
        if (size % Tile.FULL == 0) {
            sink.accept(new Tile(Tile.ENTRIES, size / Tile.FULL - 1, Tile.FULL), bundle.toByteArray());
            bundle.reset();
        }
        add(0, Merkle.leaf(entry));
    }

    private void add(int level, Blob hash) {
        if (level == levels.size()) {
            levels.add(new ArrayList<>());
        }
        List<Blob> hashes = levels.get(level);
        hashes.add(hash);
        if (hashes.size() == Tile.FULL) {
            byte[] tile = Tile.join(hashes);
            sink.accept(new Tile(level, (size >> (8 * (level + 1))) - 1, Tile.FULL), tile);
            hashes.clear();
            add(level + 1, Tile.root(tile, 0, Tile.FULL));
        }
    }

    void finish() {
        if (bundle.size() > 0) {
            sink.accept(Tile.of(Tile.ENTRIES, size - 1, size), bundle.toByteArray());
        }
        for (int level = 0; level < levels.size(); level++) {
            List<Blob> hashes = levels.get(level);
            if (!hashes.isEmpty()) {
                sink.accept(Tile.of(level, (size >> (8 * level)) - 1, size), Tile.join(hashes));
            }
        }
    }

    /** The tiles of hashes as if they were read from somewhere; the entries themselves, which are most of a log, are not kept. */
    static final class Kept {
        private final Map<String, byte[]> tiles = new HashMap<>();
        private final TileWriter writer = new TileWriter(this::keep);

        private void keep(Tile tile, byte[] bytes) {
            if (tile.level() != Tile.ENTRIES) {
                tiles.put(tile.path(), bytes);
            }
        }

        void add(long index, byte[] entry) {
            writer.add(index, entry);
        }

        TileSource source() {
            writer.finish();
            return path -> {
                byte[] tile = tiles.get(path);
                if (tile == null) {
                    throw new java.io.FileNotFoundException(path + " was not made");
                }
                return tile;
            };
        }
    }
}
