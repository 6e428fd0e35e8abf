package ambit.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Where a journal keeps its bytes: one append-only area of entries and one small checkpoint. Small on purpose, so that a
 * simulator can drop, tear and flip what was not synced. One thread at a time changes it; others may {@link #read} meanwhile.
 */
public interface Storage extends Closeable {
    /** Length of the entries area in bytes. */
    long length() throws IOException;

    /** Reads up to {@code length} bytes at {@code position} of the entries area; returns how many, −1 at the end. */
    int read(long position, byte[] into, int offset, int length) throws IOException;

    /** Appends the remaining bytes to the entries area. Nothing is durable before {@link #sync}. */
    void append(ByteBuffer bytes) throws IOException;

    /** Makes everything appended durable. After a failure the caller never tries again. */
    void sync() throws IOException;

    /** Cuts the entries area to {@code length} bytes, durably. */
    void truncate(long length) throws IOException;

    /** The checkpoint as last replaced, at most 64 KiB. */
    Optional<byte[]> checkpoint() throws IOException;

    /** Replaces the checkpoint atomically and durably. */
    void replaceCheckpoint(byte[] note) throws IOException;
}
