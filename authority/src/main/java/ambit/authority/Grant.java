package ambit.authority;

import ambit.authority.signing.PublicKeys;
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
 * What a tenant's root key gives to a principal: the payload of the first block of a chain.
 *
 * @param id 16 bytes
 * @param holder the raw public key that signs requests
 * @param notBefore seconds since 1970
 * @param expires seconds since 1970; from then on it is no longer valid
 * @param depth how many delegations may follow the request
 * @param agent the only agent that may be run with it
 * @param budgets what the calls of its capabilities spend together
 * @param generation the tenant's, when it was issued: a tenant can revoke every grant of earlier generations at once
 */
public record Grant(
        String tenant,
        @Bytes16 Blob id,
        @Bytes32 Blob holder,
        @Range(to = Limits.LAST_SECOND) long notBefore,
        @Range(to = Limits.LAST_SECOND) long expires,
        @Range(to = MAX_DEPTH) int depth,
        String agent,
        @Max(Limits.CAPABILITIES) List<Cap> caps,
        @Max(MAX_MEMORY) List<Memory> memory,
        @Range long generation,
        @Max(MAX_BUDGETS) List<Budget> budgets)
        implements Cbor.Artifact {
    /** Entries of memory, which leave room for the own partition and for what requests inherit. */
    public static final int MAX_MEMORY = Limits.MAPPINGS - 1 - Request.MAX_INHERITS;

    /** A chain is the grant, the request and at most this many delegations. */
    public static final int MAX_DEPTH = 64;

    public static final int MAX_BUDGETS = 16;

    /** One of the first generation, without budgets. */
    public Grant(
            String tenant,
            Blob id,
            Blob holder,
            long notBefore,
            long expires,
            int depth,
            String agent,
            List<Cap> caps,
            List<Memory> memory) {
        this(tenant, id, holder, notBefore, expires, depth, agent, caps, memory, 0, List.of());
    }

    public Grant {
        caps = List.copyOf(caps);
        memory = List.copyOf(memory);
        budgets = List.copyOf(budgets);
    }

    @Override
    public void check() throws MalformedException {
        // Whether it is a point at all is asked when a request is verified by it: none is where it is not.
        PublicKeys.requireCanonical(holder);
        long names = caps.stream().map(Cap::name).distinct().count();
        long namespaces = memory.stream().map(Memory::namespace).distinct().count();
        long purses = budgets.stream().map(Budget::name).distinct().count();
        if (names != caps.size() || namespaces != memory.size() || purses != budgets.size()) {
            throw new MalformedException("two capabilities, namespaces or budgets of one name");
        }
        if (caps.stream().flatMap(cap -> cap.costs().stream()).anyMatch(cost -> cost.budget() >= budgets.size())) {
            throw new MalformedException("a cost of a budget that the grant does not have");
        }
    }

    /** The index of the budget of this name. */
    int budget(String name) throws MalformedException {
        int index = budgets.stream().map(Budget::name).toList().indexOf(name);
        if (index < 0) {
            throw new MalformedException("the grant has no budget of this name");
        }
        return index;
    }

    public static Grant parse(Blob payload) throws MalformedException {
        return Cbor.parse(Grant.class, payload);
    }
}
