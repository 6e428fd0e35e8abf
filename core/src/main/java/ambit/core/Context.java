package ambit.core;

import ambit.authority.signing.SigningKey;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** One live transaction. What changes is guarded by the core's lock. */
final class Context {
    final Blob id;
    final String transaction;
    final Owner owner;
    final Chain chain;
    final SigningKey key;
    final AgentSpec spec;
    final MemoryMap memory;

    /** The context's own names for what its chain holds, in the order of the grant. */
    final Map<Blob, Integer> handles;

    /** Ids of all children it ever had. */
    final Set<Blob> children = new HashSet<>();

    /** The control connection that its memory was mapped through. */
    long connection;

    long sequence;
    long eventBytes;
    boolean stopped;

    /** Once it has expired it stays so, whatever the clock says then. */
    boolean expired;

    boolean ending;

    Context(
            Blob id,
            String transaction,
            Owner owner,
            Chain chain,
            SigningKey key,
            AgentSpec spec,
            MemoryMap memory,
            Map<Blob, Integer> handles) {
        this.id = id;
        this.transaction = transaction;
        this.owner = owner;
        this.chain = chain;
        this.key = key;
        this.spec = spec;
        this.memory = memory;
        this.handles = handles;
    }

    /** The index of the capability that this handle is bound to, if the context may use it. */
    int held(Blob handle, int kind) throws Refused {
        Integer index = handles.get(handle);
        if (index == null || chain.cap(index).kind() != kind) {
            throw new Refused(Denial.UNKNOWN_HANDLE);
        }
        if (!chain.cap(index).mayUse()) {
            throw new Refused(Denial.MAY_NOT_USE);
        }
        return index;
    }

    /** The name of a capability for the log, {@code ""} for a handle that this context does not have. */
    String nameOf(Blob handle) {
        Integer cap = handles.get(handle);
        return cap == null ? "" : chain.cap(cap).name();
    }
}
