package ambit.core;

import ambit.authority.Forgetting;
import ambit.wire.Blob;

/** On whose behalf a transaction runs: the tenant and the principal's public key, 32 bytes. */
record Owner(String tenant, Blob principal) {
    /** Whose transactions are that were forgotten, or never were. */
    static final Owner NOBODY = new Owner("", Blob.EMPTY);

    /** Whether a word to forget is about this transaction of it. */
    boolean isCovered(Forgetting word, String transaction) {
        return word.covers(transaction, tenant, principal);
    }
}
