package ambit.cli;

import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.util.HashMap;
import java.util.Map;

/**
 * Whom and what an entry is about, also where only entries before it say so: an outcome names a permit, a call a transaction. What is not
 * known is empty.
 */
record Subject(String transaction, String tenant, Blob principal, String agent, String capability, String driver) {

    private static final Subject NOBODY = new Subject("", "", Blob.EMPTY, "", "", "");

    private Subject of(String capability, String driver) {
        return new Subject(transaction, tenant, principal, agent, capability, driver);
    }

    private static Subject of(String tenant) {
        return new Subject("", tenant, Blob.EMPTY, "", "", "");
    }

    /** Follows a log from its beginning. */
    static final class Reader {
        private final Map<String, Subject> transactions = new HashMap<>();
        private final Map<Blob, Subject> permits = new HashMap<>();

        /** The subject of the next entry. */
        Subject next(LogLine line) {
            return switch (line.entry()) {
                case Entry.Admitted it ->
                    begins(new Subject(it.transaction(), it.tenant(), it.principal(), it.agent(), "", ""));
                case Entry.Spawned it -> begins(child(it));
                case Entry.Allowed it -> permitted(it);
                case Entry.Outcome it -> permits.containsKey(it.permit()) ? permits.remove(it.permit()) : NOBODY;
                case Entry.Denied it -> known(it.transaction()).of(it.capability(), "");
                case Entry.TenantRegistered it -> of(it.tenant());
                case Entry.TenantKeyAdded it -> of(it.tenant());
                case Entry.Revoked it -> of(it.tenant());
                default -> known(line.transaction().orElse(""));
            };
        }

        private Subject begins(Subject subject) {
            transactions.put(subject.transaction, subject);
            return subject;
        }

        private Subject child(Entry.Spawned it) {
            int dot = it.transaction().lastIndexOf('.');
            Subject parent = known(dot < 0 ? "" : it.transaction().substring(0, dot));
            return new Subject(it.transaction(), parent.tenant, parent.principal, it.agent(), "", "");
        }

        private Subject permitted(Entry.Allowed it) {
            Subject subject = known(it.transaction()).of(it.capability(), it.driver());
            permits.put(it.permit(), subject);
            return subject;
        }

        private Subject known(String transaction) {
            Subject known = transactions.get(transaction);
            return known == null ? new Subject(transaction, "", Blob.EMPTY, "", "", "") : known;
        }
    }
}
