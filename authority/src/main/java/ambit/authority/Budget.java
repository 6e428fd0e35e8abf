package ambit.authority;

import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;

/**
 * Something of a grant that calls spend together, such as {@code cents} or {@code tokens}. What a call spends of it says the {@link Cost} of
 * its capability.
 *
 * @param limit how much all calls under the grant may spend
 */
public record Budget(String name, @Range long limit) implements Cbor.Artifact {}
