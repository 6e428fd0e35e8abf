package ambit.authority;

import ambit.authority.signing.PublicKeys;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Fields;
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
 */
public record Grant(
        String tenant,
        Blob id,
        Blob holder,
        long notBefore,
        long expires,
        int depth,
        String agent,
        List<Cap> caps,
        List<Memory> memory)
        implements Cbor.Message {
    /** Entries of memory, which leave room for the own partition and for what requests inherit. */
    public static final int MAX_MEMORY = Limits.MAPPINGS - 1 - Request.MAX_INHERITS;

    /** A chain is the grant, the request and at most this many delegations. */
    public static final int MAX_DEPTH = 16;

    public Grant {
        caps = List.copyOf(caps);
        memory = List.copyOf(memory);
    }

    @Override
    public Cbor toCbor() {
        return Cbor.record(tenant, id, holder, notBefore, expires, depth, agent, caps, memory);
    }

    public static Grant parse(Blob payload) throws MalformedException {
        Grant grant = Fields.record(
                payload,
                in -> new Grant(
                        in.name(),
                        in.id(),
                        PublicKeys.requireSound(in.hash()),
                        in.integer(0, Limits.LAST_SECOND),
                        in.integer(0, Limits.LAST_SECOND),
                        in.number(0, MAX_DEPTH),
                        in.name(),
                        in.records(Limits.CAPABILITIES, Cap::read),
                        in.records(MAX_MEMORY, Memory::read)));
        long names = grant.caps.stream().map(Cap::name).distinct().count();
        long namespaces =
                grant.memory.stream().map(Memory::namespace).distinct().count();
        if (names != grant.caps.size() || namespaces != grant.memory.size()) {
            throw new MalformedException("two capabilities or namespaces of one name");
        }
        return grant;
    }
}
