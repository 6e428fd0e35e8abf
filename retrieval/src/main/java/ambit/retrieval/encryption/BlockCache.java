package ambit.retrieval.encryption;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The plaintext of blocks that were read lately, of all directories that are open, within one bound. Each file has its own blocks at hand,
 * so that to find one takes no lock; what was not read since it was last looked at goes out first (a clock). What belongs to a directory
 * and is here still is overwritten when it is closed. Safe for use by several threads.
 */
public final class BlockCache {
    private static final int LEAST = 64;

    /** One opened directory. */
    static final class Owner {
        private boolean closed;
    }

    /** The blocks of one file that are kept. */
    static final class Blocks {
        private final Owner owner;
        private final AtomicReferenceArray<@Nullable Block> kept;

        Blocks(Owner owner, int count) {
            this.owner = owner;
            this.kept = new AtomicReferenceArray<>(count);
        }

        byte @Nullable [] find(int number) {
            Block found = kept.get(number);
            if (found == null) {
                return null;
            }
            // most reads find it set: a line of the processor's cache that nobody writes is shared
            if (!found.read) {
                found.read = true;
            }
            return found.plain;
        }
    }

    private static final class Block {
        private final Blocks blocks;
        private final int number;
        private final byte[] plain;

        /** Since the hand of the clock came by. A race costs a block that is opened once more. */
        private boolean read;

        private Block(Blocks blocks, int number, byte[] plain) {
            this.blocks = blocks;
            this.number = number;
            this.plain = plain;
        }
    }

    private final int most;

    /** All that is kept; the hand of the clock is at its head. */
    private final ArrayDeque<Block> clock = new ArrayDeque<>();

    /** @param bytes of plaintext that are kept at most */
    public BlockCache(long bytes) {
        this.most = Math.clamp(bytes / SealedFile.BLOCK, LEAST, Integer.MAX_VALUE);
    }

    synchronized void keep(Blocks blocks, int number, byte[] plain) {
        if (blocks.owner.closed || blocks.kept.get(number) != null) {
            return;
        }
        while (clock.size() >= most) {
            Block eldest = clock.removeFirst();
            if (eldest.read) {
                eldest.read = false;
                clock.addLast(eldest);
            } else {
                eldest.blocks.kept.set(eldest.number, null);
            }
        }
        Block one = new Block(blocks, number, plain);
        blocks.kept.set(number, one);
        clock.addLast(one);
    }

    /** Forgets all of a directory that nobody reads any more. */
    synchronized void forget(Owner owner) {
        owner.closed = true;
        clock.removeIf(one -> {
            boolean own = one.blocks.owner == owner;
            if (own) {
                one.blocks.kept.set(one.number, null);
                Arrays.fill(one.plain, (byte) 0);
            }
            return own;
        });
    }

    /** Blocks that are held now. */
    synchronized int size() {
        return clock.size();
    }
}
