package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Bound;
import java.util.List;

/**
 * The syscalls of one context. A door is opened for a context and for no other: no method takes a context, tenant or user,
 * so there is nothing by which a guest could name another one.
 *
 * <p>Calls come from many threads at once.
 */
interface Context {
    /** The capabilities, in the order of the grant. */
    List<Bound> capabilities();

    /** Uses that the core last reported for a capability; -1 for unlimited. */
    long usesLeft(Bound capability);

    /**
     * Uses a capability.
     *
     * @param handle as the guest named it, 16 bytes
     * @param params the exact JSON bytes that are decided over and executed
     */
    Reply toolCall(Blob handle, Blob params, Chunks chunks);

    /** @param params the exact JSON bytes {@code {"key":…}} */
    Reply memoryRead(Blob params);

    /** @param params the exact JSON bytes {@code {"key":…,"value":…}} */
    Reply memoryWrite(Blob params);

    /**
     * Starts a child; the result's body is the child's handle, 16 bytes.
     *
     * @param narrowing a JSON object, or empty
     */
    Reply spawnChild(Blob handle, Blob narrowing, Blob input);

    /** @param event a JSON value */
    Reply log(Blob event);
}
