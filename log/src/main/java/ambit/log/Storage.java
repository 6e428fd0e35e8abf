package ambit.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Where a journal keeps its bytes: one append-only area of entries, one small checkpoint and one snapshot. Small on purpose, so that a
 * simulator can drop, tear and flip what was not synced. One thread at a time changes entries and checkpoint, another one may replace the
 * snapshot meanwhile, and others may {@link #read}.
 */
public interface Storage extends Closeable {
    /** Where what is here of the entries area begins: at 0 unless old parts of it were archived. */
    long start() throws IOException;

    /** Where the entries area ends: its length in bytes, together with what was archived. */
    long length() throws IOException;

    /**
     * Where its newest part begins; that part is what a loss of power may find half written. What stands before it was synced before it was
     * begun. Disks write sectors of it, counted from here.
     */
    long newest() throws IOException;

    /** Reads up to {@code length} bytes at {@code position} of the entries area; returns how many, −1 at the end. */
    int read(long position, byte[] into, int offset, int length) throws IOException;

    /** Appends the remaining bytes to the entries area. Nothing is durable before {@link #sync}. */
    void append(ByteBuffer bytes) throws IOException;

    /** Writes bytes of the newest part, which are those that {@link #read} shows at {@code position}, once more. */
    void rewrite(long position, ByteBuffer bytes) throws IOException;

    /** Makes everything appended and rewritten durable. After a failure the caller never tries again. */
    void sync() throws IOException;

    /** Cuts the entries area to {@code length} bytes, durably. */
    void truncate(long length) throws IOException;

    /** The checkpoint as last replaced, at most 64 KiB. */
    Optional<byte[]> checkpoint() throws IOException;

    /** Replaces the checkpoint atomically and durably. */
    void replaceCheckpoint(byte[] note) throws IOException;

    /** The snapshot as last replaced. */
    Optional<byte[]> snapshot() throws IOException;

    /** Replaces the snapshot atomically and durably. */
    void replaceSnapshot(byte[] snapshot) throws IOException;
}
