package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Fields;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * A principal's word to begin one transaction: the second block of a chain, signed by the grant's holder.
 *
 * @param parent SHA-256 of the grant's exact signed bytes
 * @param transaction fresh, 16 bytes
 * @param issuedAt seconds since 1970
 * @param expires seconds since 1970
 * @param agentSpec SHA-256 of the {@link ambit.wire.AgentSpec}'s bytes
 * @param drop {@link Bitmap} of the capabilities that the context does not get
 * @param input SHA-256 of the input
 */
public record Request(
        Blob parent,
        Blob transaction,
        long issuedAt,
        long expires,
        String agent,
        Blob agentSpec,
        Blob drop,
        List<Narrowing> narrowings,
        List<Inherit> inherits,
        Blob input)
        implements Cbor.Message {
    public static final int MAX_INHERITS = 32;

    /** One key of an earlier transaction, to be mapped read-only. */
    public record Inherit(String transaction, String key) implements Cbor.Message {
        /** Characters of a key, so that {@code inherited/KEY} is a memory key too. */
        public static final int MAX_KEY = Limits.MEMORY_KEY - "inherited/".length();

        @Override
        public Cbor toCbor() {
            return Cbor.record(transaction, key);
        }

        static Inherit read(Fields in) throws MalformedException {
            Inherit inherit = new Inherit(in.name(), in.text(MAX_KEY));
            if (inherit.key.isEmpty()) {
                throw new MalformedException("what is inherited has a key");
            }
            return inherit;
        }
    }

    public Request {
        narrowings = List.copyOf(narrowings);
        inherits = List.copyOf(inherits);
    }

    @Override
    public Cbor toCbor() {
        return Cbor.record(parent, transaction, issuedAt, expires, agent, agentSpec, drop, narrowings, inherits, input);
    }

    public static Request parse(Blob payload) throws MalformedException {
        return Fields.record(
                payload,
                in -> new Request(
                        in.hash(),
                        in.id(),
                        in.integer(0, Limits.LAST_SECOND),
                        in.integer(0, Limits.LAST_SECOND),
                        in.name(),
                        in.hash(),
                        Bitmap.read(in),
                        Narrowing.readAll(in),
                        in.records(MAX_INHERITS, Inherit::read),
                        in.hash()));
    }
}
