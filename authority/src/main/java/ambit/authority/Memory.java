package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;

/**
 * A part of memory that a grant maps.
 *
 * @param namespace {@code own}, or a long-lived one: {@code user/…}, the principal's, or {@code tenant/…}, its tenant's
 * @param rights the sum of 1 read, 2 write, 4 search, 8 append, 16 review
 * @param quota bytes
 * @param terms what the memory driver demands of keys and values besides, as JSON; empty for nothing
 */
public record Memory(
        String namespace,
        @Range(from = 1, to = Limits.RIGHTS) int rights,
        @Range long quota,
        @Max(Limits.TERMS) Blob terms)
        implements Cbor.Artifact {
    /** One without terms. */
    public Memory(String namespace, int rights, long quota) {
        this(namespace, rights, quota, Blob.EMPTY);
    }
}
