package ambit.drivers.memory;

import ambit.wire.Blob;

/**
 * Whose a partition is.
 *
 * @param principal empty where it is all the tenant's
 * @param transaction empty where it outlives transactions
 */
record Owner(String tenant, Blob principal, String transaction) {
    /** Of the partition that is mounted there. */
    static Owner of(String mount, Writer writer) {
        if (mount.isEmpty()) {
            return new Owner(writer.tenant(), writer.principal(), writer.transaction());
        }
        return new Owner(writer.tenant(), mount.startsWith("tenant/") ? Blob.EMPTY : writer.principal(), "");
    }
}
