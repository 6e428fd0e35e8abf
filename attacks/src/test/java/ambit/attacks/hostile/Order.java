package ambit.attacks.hostile;

import ambit.wire.Blob;
import ambit.wire.Bounds.Max;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;

/** What the test tells the hostile broker to do. */
sealed interface Order extends Cbor.Message {
    record Prepare(@Max(Limits.SENTENCE) String attack, Targets targets) implements Order {}

    record Strike(@Max(Limits.SENTENCE) String attack, Targets targets, Blob prepared) implements Order {}

    static Order fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(Order.class, cbor);
    }
}
