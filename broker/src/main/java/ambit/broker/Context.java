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
    /** The capabilities, in the order of the grant, as they were when the context began. */
    List<Bound> capabilities();

    /** What the context holds now, as the core says it: the result's body is a JSON array. */
    Reply handles();

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
     * Starts a child; the result's body is its handle as a JSON string.
     *
     * @param narrowing a JSON object
     * @param params the exact JSON bytes of the call: they say the handle and the input, too
     */
    Reply spawnChild(Blob handle, Blob narrowing, String input, Blob params);

    /** @param event a JSON value */
    Reply log(Blob event);
}
