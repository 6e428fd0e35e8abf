package ambit.drivers.memory;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * One version of one entry, as it is stored: sealed, besides what the audit log says anyway.
 *
 * @param nameBox its sealed key name
 * @param valueBox its sealed value; empty where it was destroyed
 * @param originBox sealed, what more is known of where it came from; bound to {@code origin}
 * @param size bytes of key name and value before sealing, which is what quotas count
 * @param expiresMs when it ends, milliseconds since 1970; 0 for never
 */
record Version(
        Slot slot,
        long number,
        State state,
        Blob nameBox,
        Blob valueBox,
        Blob originBox,
        long size,
        Origin origin,
        long expiresMs) {
    /** What became of it. */
    enum State {
        COMMITTED(1),
        HELD(2),
        REJECTED(3),
        UNDONE(4),
        EXPIRED(5);

        private final int number;

        State(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static State of(long number) throws SQLException {
            for (State state : values()) {
                if (state.number == number) {
                    return state;
                }
            }
            throw new SQLException("an entry is in a state that there is not");
        }
    }

    /**
     * Who wrote it, and when.
     *
     * @param reads how many of its family's sources had been read by then
     */
    record Origin(
            String transaction, String agent, Blob principal, Blob chain, long writtenMs, Trust trust, long reads) {
        /** What the sealed part is bound to, so that none of it can be changed unseen. */
        byte[] label(Blob tag) {
            return Cbor.encode(Cbor.array(
                    "ambit/origin/v1", tag, transaction, agent, principal, chain, writtenMs, trust.number(), reads));
        }
    }

    static final String COLUMNS = "v.partition_id, v.tag, v.version, v.state, v.name_box, v.origin_box, v.size,"
            + " v.transaction_id, v.agent, v.principal, v.chain, v.written_ms, v.trust, v.reads, v.expires_ms";
    static final String WITH_VALUE = COLUMNS + ", v.value_box";

    /** A row of {@link #COLUMNS}. */
    static Version withoutValue(ResultSet row) throws SQLException {
        return of(row, Blob.EMPTY);
    }

    /** A row of {@link #WITH_VALUE}. */
    static Version whole(ResultSet row) throws SQLException {
        return of(row, Session.blob(row, 16));
    }

    private static Version of(ResultSet row, Blob valueBox) throws SQLException {
        return new Version(
                new Slot(Session.blob(row, 1), Session.blob(row, 2)),
                row.getLong(3),
                State.of(row.getLong(4)),
                Session.blob(row, 5),
                valueBox,
                Session.blob(row, 6),
                row.getLong(7),
                new Origin(
                        row.getString(8),
                        row.getString(9),
                        Session.blob(row, 10),
                        Session.blob(row, 11),
                        row.getLong(12),
                        Trust.of(row.getLong(13)),
                        row.getLong(14)),
                row.getLong(15));
    }

    /** What it is at a moment: once it has expired nobody sees its value, whether that is destroyed already or not. */
    Version asOf(long nowMs) {
        if (expiresMs == 0 || expiresMs > nowMs) {
            return this;
        }
        State then = state == State.UNDONE ? State.UNDONE : State.EXPIRED;
        return new Version(slot, number, then, Blob.EMPTY, Blob.EMPTY, Blob.EMPTY, 0, origin, 0);
    }

    /** Bytes that are kept of it, as quotas count them. */
    long weight() {
        return size + originBox.size();
    }

    Source asSource() {
        return new Source(slot, number);
    }
}
