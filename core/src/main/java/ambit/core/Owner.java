package ambit.core;

import ambit.wire.Blob;

/** On whose behalf a transaction runs: the tenant and the principal's public key, 32 bytes. */
record Owner(String tenant, Blob principal) {
    /** Whose transactions are that were forgotten, or never were. */
    static final Owner NOBODY = new Owner("", Blob.EMPTY);
}
