package ambit.audit;

import ambit.log.Head;
import ambit.log.JournalException;
import ambit.log.Records;
import ambit.log.Snapshot;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a log's snapshot says of the entries that it stands for, for who has them all. One that the core would pass over (damaged, or by nobody whom
 * the log knows) says nothing; one that the core signed must be of this log. Not thread-safe.
 */
final class SnapshotClaim {
    /** Nobody says anything. */
    static final SnapshotClaim NONE = new SnapshotClaim(Optional.empty(), Blob.EMPTY);

    /** Length before a record and chain hash behind it, in bytes. */
    private static final int OVERHEAD = 4 + 32;

    private final Optional<Snapshot> snapshot;
    private final Blob signer;
    private long offset;
    private boolean reached;
    private boolean same;

    private SnapshotClaim(Optional<Snapshot> snapshot, Blob signer) {
        this.snapshot = snapshot;
        this.signer = signer;
        this.reached = snapshot.map(it -> it.size() == 0).orElse(true);
        this.same = this.reached;
    }

    static SnapshotClaim read(Path directory, String origin) throws IOException {
        try {
            byte[] file = Files.readAllBytes(directory.resolve("snapshot"));
            Blob signer = signer(file);
            return new SnapshotClaim(Optional.of(Snapshot.read(file, origin, List.of(signer), (_, _) -> {})), signer);
        } catch (NoSuchFileException | JournalException e) {
            return NONE;
        }
    }

    /** Who says that it signed a snapshot: where to look, and not whom to trust. */
    static Blob signer(byte[] snapshot) {
        try {
            ByteBuffer rest = ByteBuffer.wrap(snapshot);
            byte[] signed = new byte[Math.clamp(rest.getInt(), 0, rest.remaining())];
            rest.get(signed);
            return Cose.parse(Blob.of(signed)).kid();
        } catch (MalformedException | BufferUnderflowException e) {
            throw new JournalException("the snapshot is not well formed", e);
        }
    }

    /** Takes the next entry, after which the log has this size, head and epoch. */
    void take(long size, Supplier<Head> head, byte[] entry, long epoch) {
        offset += OVERHEAD + entry.length;
        if (snapshot.isPresent() && snapshot.get().size() == size) {
            Snapshot said = snapshot.get();
            reached = true;
            same = said.offset() == offset
                    && said.epoch() == epoch
                    && new Records((_, _, _, _) -> -1, List.of(), snapshot)
                            .head()
                            .equals(head.get());
        }
    }

    /** Demands, after the last entry, that it is true if it is the core's. */
    void requireTrue(LogParts parts, Follower follower) throws IOException {
        if (snapshot.isEmpty() || !follower.hadKey(signer, snapshot.get().size())) {
            return;
        }
        Snapshot said = snapshot.get();
        if (!reached) {
            throw new JournalException(
                    "the core has signed a snapshot of " + said.size() + " entries, and there are fewer");
        }
        if (!same || !said.chain().equals(chain(parts, said))) {
            throw new JournalException("the snapshot that the core has signed is of other entries");
        }
    }

    private static Blob chain(LogParts parts, Snapshot said) throws IOException {
        return said.size() == 0 ? said.chain() : Blob.of(LogTail.chainBefore(parts, said.offset()));
    }
}
