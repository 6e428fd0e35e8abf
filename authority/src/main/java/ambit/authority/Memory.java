package ambit.authority;

import ambit.wire.Cbor;
import ambit.wire.Fields;
import ambit.wire.MalformedException;

/**
 * A part of memory that a grant maps.
 *
 * @param namespace {@code own}, or a long-lived one such as {@code user/notes}
 * @param rights 1 read, 2 write, 3 both
 * @param quota bytes
 */
public record Memory(String namespace, int rights, long quota) implements Cbor.Message {
    @Override
    public Cbor toCbor() {
        return Cbor.record(namespace, rights, quota);
    }

    static Memory read(Fields in) throws MalformedException {
        return new Memory(in.name(), in.number(1, 3), in.integer(0, Long.MAX_VALUE));
    }
}
