package ambit.core;

import ambit.authority.Revocation;
import ambit.authority.signing.PublicKeys;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.MalformedException;
import java.util.List;

/** What the {@code ambit} command asks of the core itself. */
final class Administration {
    private final State state;
    private final Blob publicKey;

    Administration(State state, Blob publicKey) {
        this.state = state;
        this.publicKey = publicKey;
    }

    CoreToAdmin answer(AdminToCore m, List<String> driverNames) throws Refused, MalformedException {
        return switch (m) {
            case AdminToCore.Status() -> status(driverNames);
            case AdminToCore.Register r -> register(r);
            case AdminToCore.Revoke r -> revoke(r.revocation());
            case AdminToCore.Stop s -> stop(s.transaction());
            case AdminToCore.Checkpoint() -> new CoreToAdmin.Checkpointed(state.journal.checkpoint());
        };
    }

    private CoreToAdmin status(List<String> driverNames) {
        synchronized (state) {
            List<String> transactions =
                    state.live.values().stream().map(c -> c.transaction).toList();
            return new CoreToAdmin.CoreStatus(
                    publicKey, state.journal.size(), state.history.epoch(), driverNames, transactions);
        }
    }

    private CoreToAdmin register(AdminToCore.Register m) throws Refused, MalformedException {
        PublicKeys.requireSound(m.rootKey());
        long index = state.journal.size() - 1;
        synchronized (state) {
            if (!state.history.registered(m.tenant(), m.rootKey())) {
                if (m.tenant().isEmpty() || state.history.taken(m.tenant(), m.rootKey())) {
                    throw new Refused(Denial.UNKNOWN_TENANT, "the tenant or the key is registered otherwise");
                }
                index = state.record(new Entry.TenantRegistered(state.clock.millis(), m.tenant(), m.rootKey()));
            }
        }
        state.journal.awaitDurable(index);
        synchronized (state) {
            return new CoreToAdmin.Registered(index, state.history.generation(m.tenant()));
        }
    }

    /** Every decision after this has the lock sees the revocation; the answer says that it survives a restart. */
    private CoreToAdmin revoke(Blob bytes) throws Refused, MalformedException {
        if (bytes.size() > Entry.MAX_ARTIFACT) {
            throw new Refused(Denial.TOO_LARGE);
        }
        Blob signer = Cose.parse(bytes).kid();
        Revocation revocation = Revocation.parse(Refused.verified(Domain.REVOCATION, signer, bytes));
        long index;
        long epoch;
        synchronized (state) {
            if (!revocation.tenant().equals(state.history.tenantOf(signer))
                    || revocation.tenant().isEmpty()) {
                throw new Refused(Denial.UNKNOWN_TENANT);
            }
            epoch = state.history.epoch() + 1;
            index = state.record(
                    new Entry.Revoked(state.clock.millis(), epoch, revocation.tenant(), revocation.target(), bytes));
        }
        state.journal.awaitDurable(index);
        return new CoreToAdmin.Revoked(epoch, index);
    }

    private CoreToAdmin stop(String transaction) throws Refused {
        synchronized (state) {
            List<Context> found = state.live.values().stream()
                    .filter(c -> c.transaction.equals(transaction) || c.transaction.startsWith(transaction + "."))
                    .toList();
            if (found.isEmpty()) {
                throw new Refused(Denial.CONTEXT_ENDED, "no transaction of this id is alive");
            }
            found.forEach(context -> context.stopped = true);
            return new CoreToAdmin.Stopped(state.journal.size() - 1);
        }
    }
}
