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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a context gives to its child: a further block of a chain, signed by the core with the parent context's key.
 *
 * @param parent SHA-256 of the exact signed bytes of the block above
 * @param id 16 bytes
 * @param expires seconds since 1970
 * @param drop {@link Bitmap} of the grant's capabilities that the child does not get
 * @param narrowings what the parent takes away besides
 * @param share what the principal's request takes away from a child of this name; counts, rates and budgets of both are in {@code narrowings} and
 *     {@code allowances}
 * @param input SHA-256 of the input
 * @param allowances how much of the grant's budgets the child may spend
 * @param received the sources of which the child gets what its parent received so far
 */
public record Delegation(
        @Bytes32 Blob parent,
        @Bytes16 Blob id,
        @Range(to = Limits.LAST_SECOND) long expires,
        Blob drop,
        List<Narrowing> narrowings,
        List<Narrowing> share,
        String agent,
        @Bytes32 Blob input,
        @Max(Grant.MAX_BUDGETS) List<Allowance> allowances,
        @Max(Limits.CAPABILITIES) List<@Max(Constraint.MAX_PATH) String> received)
        implements Cbor.Artifact, Lessening {
    public Delegation {
        narrowings = List.copyOf(narrowings);
        share = List.copyOf(share);
        allowances = List.copyOf(allowances);
        received = List.copyOf(received);
    }

    /** What a child is given, before it is known below which block. */
    public record Given(
            Set<Integer> drop,
            List<Narrowing> narrowings,
            List<Narrowing> share,
            List<Allowance> allowances,
            List<String> received) {
        /** The block itself. */
        public Delegation below(Blob parent, Blob id, long expires, String agent, Blob input) {
            return new Delegation(
                    parent, id, expires, Bitmap.of(drop), narrowings, share, agent, input, allowances, received);
        }
    }

    /**
     * Adds what the request's share and the context's own narrowing take away.
     *
     * @param held the capabilities of the context, in the order in which the narrowing numbers them
     * @param withheld those of the grant that the child does not get in any case
     * @param narrowing a {@link Less}, or empty
     */
    public static Given of(
            Grant grant, List<Integer> held, Set<Integer> withheld, Optional<Share> share, Blob narrowing)
            throws MalformedException {
        Less less = narrowing.isEmpty() ? new Less(Blob.EMPTY, List.of()) : Less.parse(narrowing);
        less.requireWithin(held.size());
        Set<Integer> drop = new TreeSet<>(withheld);
        share.ifPresent(it -> drop.addAll(Bitmap.indices(it.drop())));
        Bitmap.indices(less.drop()).forEach(index -> drop.add(held.get(index)));
        Map<Integer, Narrowing> narrowings = new TreeMap<>();
        List<Narrowing> shared = share.map(Share::narrowings).orElse(List.of());
        shared.forEach(it -> narrowings.put(it.cap(), new Narrowing(it.cap(), List.of(), it.uses(), false, it.rate())));
        for (Narrowing one : less.narrowings()) {
            int index = held.get(one.cap());
            narrowings.put(index, one.with(narrowings.getOrDefault(index, Narrowing.nothing(index))));
        }
        Map<Integer, Allowance> allowances = new TreeMap<>();
        share.ifPresent(it -> it.allowances().forEach(one -> allowances.put(one.budget(), one)));
        for (Budget one : less.budgets()) {
            Allowance asked = new Allowance(grant.budget(one.name()), one.limit());
            allowances.merge(asked.budget(), asked, (a, b) -> a.limit() < b.limit() ? a : b);
        }
        return new Given(
                drop, List.copyOf(narrowings.values()), shared, List.copyOf(allowances.values()), less.received());
    }

    @Override
    public void check() throws MalformedException {
        Bitmap.requireOne(drop);
        Narrowing.requireDistinct(narrowings);
        Narrowing.requireDistinct(share);
        Allowance.requireDistinct(allowances);
    }

    public static Delegation parse(Blob payload) throws MalformedException {
        return Cbor.parse(Delegation.class, payload);
    }
}
