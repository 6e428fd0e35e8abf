package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;

/** A record is read from its one encoding or refused. */
final class MessageTarget {
    private MessageTarget() {}

    static void check(Class<? extends Cbor.Message> type, byte[] input) {
        Blob bytes = Blob.of(input);
        Cbor.Message message;
        try {
            message = Cbor.parse(type, bytes);
        } catch (MalformedException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        same(type, message, bytes);
    }

    private static void same(Class<? extends Cbor.Message> type, Cbor.Message message, Blob bytes) {
        assertThat(message.toBlob()).isEqualTo(bytes);
        try {
            Cbor.Message again = Cbor.parse(type, message.toCbor());
            assertThat(again).isEqualTo(message).hasSameHashCodeAs(message);
            assertThat(again.toString()).isNotEmpty();
        } catch (MalformedException e) {
            throw new AssertionError("what was written is refused", e);
        }
    }
}
