package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
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
 * @param allowances how much of the grant's budgets may be spent, at most one for each
 */
public record Request(
        @Bytes32 Blob parent,
        @Bytes16 Blob transaction,
        @Range(to = Limits.LAST_SECOND) long issuedAt,
        @Range(to = Limits.LAST_SECOND) long expires,
        String agent,
        @Bytes32 Blob agentSpec,
        Blob drop,
        List<Narrowing> narrowings,
        @Max(MAX_INHERITS) List<Inherit> inherits,
        @Bytes32 Blob input,
        @Max(Grant.MAX_BUDGETS) List<Allowance> allowances)
        implements Cbor.Artifact, Lessening {
    public static final int MAX_INHERITS = 32;

    /** One key of an earlier transaction, to be mapped read-only as {@code inherited/NAME}. */
    public record Inherit(
            @Max(Limits.TRANSACTION) String transaction,
            @Max(MAX_KEY) String key,
            @Max(MAX_KEY) String name) implements Cbor.Artifact {
        /** Characters of a key, so that {@code inherited/KEY}, ten more, is a memory key too. */
        public static final int MAX_KEY = Limits.MEMORY_KEY - 10;

        /** Under the name of its key. */
        public Inherit(String transaction, String key) {
            this(transaction, key, key);
        }

        @Override
        public void check() throws MalformedException {
            if (key.isEmpty() || name.isEmpty()) {
                throw new MalformedException("an empty key or name");
            }
        }
    }

    /** One that says nothing of budgets. */
    public Request(
            Blob parent,
            Blob transaction,
            long issuedAt,
            long expires,
            String agent,
            Blob agentSpec,
            Blob drop,
            List<Narrowing> narrowings,
            List<Inherit> inherits,
            Blob input) {
        this(parent, transaction, issuedAt, expires, agent, agentSpec, drop, narrowings, inherits, input, List.of());
    }

    public Request {
        narrowings = List.copyOf(narrowings);
        inherits = List.copyOf(inherits);
        allowances = List.copyOf(allowances);
    }

    @Override
    public void check() throws MalformedException {
        Bitmap.requireOne(drop);
        Narrowing.requireDistinct(narrowings);
        Allowance.requireDistinct(allowances);
    }

    /** The block's id is the transaction's. */
    @Override
    public Blob id() {
        return transaction;
    }

    public static Request parse(Blob payload) throws MalformedException {
        return Cbor.parse(Request.class, payload);
    }
}
