package ambit.retrieval.encryption;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plaintext of blocks that were read lately, of all directories that are open, least recently used out first. What belongs to a
 * directory and is here still is overwritten when it is closed. Safe for use by several threads.
 */
public final class BlockCache {
    private static final int SHARDS = 16;

    /** One opened directory. */
    static final class Owner {}

    /** Where a block is from. Files are compared by identity: a name may come again. */
    record Key(Owner owner, Object file, long block) {}

    private static final class Shard extends LinkedHashMap<Key, byte[]> {
        private static final long serialVersionUID = 1L;

        private final int most;

        Shard(int most) {
            super(64, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, byte[]> eldest) {
            return size() > most;
        }
    }

    private final Shard[] shards = new Shard[SHARDS];

    /** @param bytes of plaintext that are kept at most */
    public BlockCache(long bytes) {
        int each = (int) Math.max(4, bytes / SealedFile.BLOCK / SHARDS);
        Arrays.setAll(shards, _ -> new Shard(each));
    }

    private Shard shard(Key key) {
        return shards[(key.hashCode() ^ key.hashCode() >>> 12) & (SHARDS - 1)];
    }

    byte @Nullable [] find(Key key) {
        Shard shard = shard(key);
        synchronized (shard) {
            return shard.get(key);
        }
    }

    void keep(Key key, byte[] plain) {
        Shard shard = shard(key);
        synchronized (shard) {
            shard.put(key, plain);
        }
    }

    /** Forgets all of a directory that nobody reads any more. */
    void forget(Owner owner) {
        for (Shard shard : shards) {
            synchronized (shard) {
                shard.entrySet().removeIf(entry -> {
                    boolean own = entry.getKey().owner() == owner;
                    if (own) {
                        Arrays.fill(entry.getValue(), (byte) 0);
                    }
                    return own;
                });
            }
        }
    }

    /** Blocks that are held now. */
    int size() {
        int size = 0;
        for (Shard shard : shards) {
            synchronized (shard) {
                size += shard.size();
            }
        }
        return size;
    }
}
