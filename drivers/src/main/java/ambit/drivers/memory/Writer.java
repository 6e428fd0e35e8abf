package ambit.drivers.memory;

import ambit.wire.Blob;
import ambit.wire.CoreToDriver;

/**
 * On whose behalf a context writes.
 *
 * @param chain SHA-256 of the signed block that its authority ends in
 */
record Writer(Blob context, String transaction, String tenant, Blob principal, Blob chain, String agent) {
    static Writer of(CoreToDriver.MapContext map) {
        return new Writer(map.context(), map.transaction(), map.tenant(), map.principal(), map.chain(), map.agent());
    }

    /** The transaction that this one and its siblings descend from. */
    String family() {
        return family(transaction);
    }

    static String family(String transaction) {
        int dot = transaction.indexOf('.');
        return dot < 0 ? transaction : transaction.substring(0, dot);
    }

    /** Whether {@code transaction} is {@code of} or one of its children. */
    static boolean isOf(String transaction, String of) {
        return transaction.equals(of) || transaction.startsWith(of + ".");
    }
}
