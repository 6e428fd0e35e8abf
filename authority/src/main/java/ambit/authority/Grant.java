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
        @Range long generation)
        implements Cbor.Artifact {
    /** Entries of memory, which leave room for the own partition and for what requests inherit. */
    public static final int MAX_MEMORY = Limits.MAPPINGS - 1 - Request.MAX_INHERITS;

    /** A chain is the grant, the request and at most this many delegations. */
    public static final int MAX_DEPTH = 64;

    /** One of the first generation. */
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
        this(tenant, id, holder, notBefore, expires, depth, agent, caps, memory, 0);
    }

    public Grant {
        caps = List.copyOf(caps);
        memory = List.copyOf(memory);
    }

    @Override
    public void check() throws MalformedException {
        PublicKeys.requireSound(holder);
        long names = caps.stream().map(Cap::name).distinct().count();
        long namespaces = memory.stream().map(Memory::namespace).distinct().count();
        if (names != caps.size() || namespaces != memory.size()) {
            throw new MalformedException("two capabilities or namespaces of one name");
        }
    }

    public static Grant parse(Blob payload) throws MalformedException {
        return Cbor.parse(Grant.class, payload);
    }
}
