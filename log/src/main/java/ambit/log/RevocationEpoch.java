package ambit.log;

import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.util.Arrays;

/** The epoch of the newest revocation among the entries so far, 0 before the first. Not thread-safe. */
final class RevocationEpoch {
    /** Length of the array and tag: no other kind of entry begins like this, so the others need not be parsed. */
    private static final int BEGINNING = 2;

    private static final byte[] REVOKED = Entry.encode(new Entry.Revoked(0, 0, "", Blob.EMPTY, Blob.EMPTY));

    private long value;

    void take(byte[] entry) {
        if (entry.length > BEGINNING
                && Arrays.equals(entry, 0, BEGINNING, REVOKED, 0, BEGINNING)
                && Entry.decode(entry) instanceof Entry.Revoked revoked) {
            value = revoked.epoch();
        }
    }

    long value() {
        return value;
    }
}
