package ambit.core;

import ambit.authority.Endorsement;
import ambit.authority.Forgetting;
import ambit.authority.Revocation;
import ambit.authority.keyfile.CoreKeys;
import ambit.authority.keyfile.SecretDirectory;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.util.List;

/**
 * What the {@code ambit} command asks of the core itself.
 *
 * @param keys the directory that the core's own keys are in
 */
record Administration(
        State state,
        Drivers drivers,
        Approvals approvals,
        Partitions partitions,
        String origin,
        SigningKey key,
        SecretDirectory keys) {
    CoreToAdmin answer(AdminToCore m, List<String> driverNames) throws Refused, IOException {
        return switch (m) {
            case AdminToCore.Status() -> status(driverNames);
            case AdminToCore.Register r -> register(r);
            case AdminToCore.Revoke r -> revoke(r.revocation());
            case AdminToCore.Stop s -> stop(s);
            case AdminToCore.Checkpoint() -> new CoreToAdmin.Checkpointed(state.journal.checkpoint());
            case AdminToCore.AddKey a -> addKey(a);
            case AdminToCore.RotateCore() -> rotate();
            case AdminToCore.Approvals() -> approvals.open();
            case AdminToCore.Answer(Blob word) -> approvals.hear(word);
            case AdminToCore.ReadBody r -> bodyKey(r);
            case AdminToCore.Forget(Blob word) -> forget(word);
        };
    }

    private CoreToAdmin status(List<String> driverNames) {
        synchronized (state) {
            List<String> transactions =
                    state.live.values().stream().map(c -> c.transaction()).toList();
            return new CoreToAdmin.CoreStatus(
                    key.publicKey(), state.journal.size(), state.history.epoch(), driverNames, transactions);
        }
    }

    private CoreToAdmin register(AdminToCore.Register m) throws Refused, MalformedException {
        PublicKeys.requireSound(m.rootKey());
        long index = state.journal.size() - 1;
        synchronized (state) {
            if (!state.history.registered(m.tenant(), m.rootKey())) {
                boolean another = m.tenant().isEmpty() || state.history.hasTenant(m.tenant());
                Refused.when(another, Denial.UNKNOWN_TENANT, "the tenant has other keys, or has retired this one");
                refuseTaken(m.rootKey());
                index = state.record(new Entry.TenantRegistered(state.clock.millis(), m.tenant(), m.rootKey()));
            }
        }
        return registered(m.tenant(), index);
    }

    /** No key is anybody's twice: not another tenant's, and not the same one's again after it was retired. */
    private void refuseTaken(Blob rootKey) throws Refused {
        boolean taken = !state.history.tenantOf(rootKey).isEmpty();
        Refused.when(taken, Denial.UNKNOWN_TENANT, "the key is a tenant's already, or is retired");
    }

    private CoreToAdmin registered(String tenant, long index) {
        state.journal.awaitDurable(index);
        synchronized (state) {
            return new CoreToAdmin.Registered(index, state.history.generation(tenant));
        }
    }

    /** A further key beside those in force, by the word of one of them or of whoever administers this core. */
    private CoreToAdmin addKey(AdminToCore.AddKey m) throws Refused, MalformedException {
        PublicKeys.requireSound(m.rootKey());
        Blob endorser = m.word().isEmpty() ? Blob.EMPTY : endorser(m);
        long index = state.journal.size() - 1;
        synchronized (state) {
            boolean known = endorser.isEmpty()
                    ? state.history.hasTenant(m.tenant())
                    : state.history.registered(m.tenant(), endorser);
            Refused.when(!known, Denial.UNKNOWN_TENANT);
            if (!state.history.registered(m.tenant(), m.rootKey())) {
                refuseTaken(m.rootKey());
                index = state.record(new Entry.TenantKeyAdded(state.clock.millis(), m.tenant(), m.rootKey(), m.word()));
            }
        }
        return registered(m.tenant(), index);
    }

    private static Blob endorser(AdminToCore.AddKey m) throws Refused, MalformedException {
        Blob signer = Cose.parse(m.word()).kid();
        Endorsement word = Endorsement.parse(Refused.verified(Domain.TENANT_KEY, signer, m.word()));
        boolean other = !word.of().equals(m.tenant()) || !word.key().equals(m.rootKey());
        Refused.when(other, Denial.BAD_SIGNATURE, "the word is about another tenant or key");
        return signer;
    }

    /** The next start finds the key only after the log names it, so that every key that signs is endorsed. */
    private synchronized CoreToAdmin rotate() throws IOException {
        Blob next = CoreKeys.prepare(keys);
        Endorsement word = new Endorsement(origin, next, state.clock.millis() / 1000);
        Blob signed = Signed.sign(Domain.CORE_KEY, key, word.toBlob());
        long index = state.recordDurably(at -> new Entry.CoreKeyEndorsed(at, next, signed));
        CoreKeys.settle(keys);
        return new CoreToAdmin.Rotated(next, index);
    }

    /** Every decision after this has the lock sees the revocation; the answer says that it survives a restart. */
    private CoreToAdmin revoke(Blob bytes) throws Refused, MalformedException {
        Blob signer = Cose.parse(bytes).kid();
        Revocation revocation = Revocation.parse(Refused.verified(Domain.REVOCATION, signer, bytes));
        long index;
        long epoch;
        synchronized (state) {
            Refused.when(!state.history.registered(revocation.tenant(), signer), Denial.UNKNOWN_TENANT);
            boolean last = state.history.isLastKey(revocation.tenant(), revocation.target());
            Refused.when(last, Denial.UNKNOWN_TENANT, "a tenant's last key cannot be retired; add another one first");
            epoch = state.history.epoch() + 1;
            index = state.record(
                    new Entry.Revoked(state.clock.millis(), epoch, revocation.tenant(), revocation.target(), bytes));
        }
        state.journal.awaitDurable(index);
        return new CoreToAdmin.Revoked(epoch, index);
    }

    /** The log says who asked before the key is there to be used. */
    private CoreToAdmin bodyKey(AdminToCore.ReadBody m) throws Refused, IOException {
        Owner owner = state.owner(m.transaction());
        boolean none = !owner.tenant().equals(m.tenant());
        Refused.when(none, Denial.UNKNOWN_TENANT, "the tenant has no such transaction, or has had it forgotten");
        long index = state.recordDurably(at -> new Entry.BodyRead(at, m.transaction(), m.digest(), m.by()));
        return new CoreToAdmin.BodyKey(partitions.bodies(owner, m.transaction()), index);
    }

    /** What cannot be undone is said in the log before, and again with what it came to. */
    private CoreToAdmin forget(Blob bytes) throws Refused, IOException {
        Blob signer = Cose.parse(bytes).kid();
        Forgetting word = Forgetting.parse(Refused.verified(Domain.FORGETTING, signer, bytes));
        long index;
        synchronized (state) {
            Refused.when(!state.history.registered(word.tenant(), signer), Denial.UNKNOWN_TENANT);
            Refused.when(!word.isFresh(state.clock.millis()), Denial.EXPIRED);
            Refused.when(state.history.forgot(bytes), Denial.REPLAYED);
            boolean alive = state.live.values().stream()
                    .anyMatch(it -> word.covers(
                            it.transaction(), it.owner().tenant(), it.owner().principal()));
            Refused.when(alive, Denial.CONFLICT, "transactions that this is about are alive; stop them first");
            index = state.record(new Entry.Forgotten(state.clock.millis(), bytes, -1, 0, 0));
        }
        state.journal.awaitDurable(index);
        if (word.transaction().isEmpty()) {
            partitions.vault().destroy(word.tenant(), word.principal());
        }
        if (!(drivers.ask(new CoreToDriver.Forget(word.tenant(), word.principal(), word.transaction()))
                instanceof DriverToCore.Forgotten it)) {
            throw new Refused(Denial.DRIVER_FAILED, "the memory driver did not destroy it; ask once more");
        }
        index = state.recordDurably(at -> new Entry.Forgotten(at, bytes, it.partitions(), it.entries(), it.bodies()));
        return new CoreToAdmin.Forgotten(it.partitions(), it.entries(), it.bodies(), index);
    }

    private CoreToAdmin stop(AdminToCore.Stop m) throws Refused {
        long index;
        synchronized (state) {
            List<Context> found = state.live.values().stream()
                    .filter(c -> (c.transaction() + ".").startsWith(m.transaction() + "."))
                    .toList();
            Refused.when(found.isEmpty(), Denial.CONTEXT_ENDED, "no transaction of this id is alive");
            index = state.record(new Entry.Stopped(state.clock.millis(), m.transaction(), m.why()));
            found.forEach(context -> context.progress().stopped = true);
        }
        state.journal.awaitDurable(index);
        return new CoreToAdmin.Stopped(index);
    }
}
