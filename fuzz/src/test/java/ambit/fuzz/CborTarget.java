package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.util.Arrays;
import java.util.Optional;

/** The decoder accepts a document exactly when a liberal reader understands it and its one encoding is these very bytes. */
final class CborTarget {
    private CborTarget() {}

    static void check(byte[] input) {
        Optional<Cbor> liberal = LiberalCbor.read(input);
        boolean canonical = liberal.isPresent() && Arrays.equals(Cbor.encode(liberal.get()), input);
        try {
            Cbor value = Cbor.decode(input);
            assertThat(Cbor.encode(value)).isEqualTo(input);
            assertThat(liberal).as("what the decoder accepted").contains(value);
        } catch (MalformedException e) {
            assertThat(canonical)
                    .as("the one encoding of a value is refused: %s", e.getMessage())
                    .isFalse();
        }
    }
}
