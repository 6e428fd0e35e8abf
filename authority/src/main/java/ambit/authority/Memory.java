package ambit.authority;

import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;

/**
 * A part of memory that a grant maps.
 *
 * @param namespace {@code own}, or a long-lived one such as {@code user/notes}
 * @param rights 1 read, 2 write, 3 both
 * @param quota bytes
 */
public record Memory(
        String namespace,
        @Range(from = 1, to = 3) int rights,
        @Range long quota) implements Cbor.Artifact {}
