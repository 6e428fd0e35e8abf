package ambit.retrieval.index;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;

/**
 * Who added a document as it stands.
 *
 * @param principal SHA-256 of the key of the one that the transaction was for
 * @param agent what ran
 * @param atMs when, milliseconds since 1970
 * @param label how far what the transaction had seen by then was, as the memory numbers it: more is farther
 */
public record Writing(
        @Max(256) String transaction,
        @Max(256) String agent,
        @Bytes32 Blob principal,
        @Range long atMs,
        @Range(from = 1, to = 100) long label)
        implements Cbor.Message {
    /** Whether {@code other}, or a child of it, wrote. */
    public boolean isBy(String other) {
        return transaction.equals(other) || transaction.startsWith(other + ".");
    }
}
