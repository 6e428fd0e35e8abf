package ambit.log.entry;

import ambit.authority.Forgetting;
import ambit.authority.approval.Heard;
import ambit.authority.approval.Question;
import ambit.authority.approval.Word;
import ambit.log.JournalException;
import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Cbor;
import ambit.wire.Cose;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * What the log says. Each entry is the deterministic CBOR array {@code [tag, atMs, fields…]}, fields in the order of the record's
 * components; {@code tag} is the place of the kind here, from 1, so that kinds are only ever appended. Times are milliseconds since 1970 of the core's clock; contexts and permits are 16 bytes, hashes and keys 32.
 *
 * <p>The log holds artifacts, digests and metadata: arguments and results are not in it.
 */
public sealed interface Entry extends Cbor.Message {
    /** Bytes of an artifact that can be recorded, so that its entry fits. */
    int MAX_ARTIFACT = 60_000;

    /** Keys that one entry can report on. */
    int MAX_WRITTEN = 32;

    /** Accounts of budgets have numbers from here. */
    int BUDGETS = Limits.CAPABILITIES;

    /** When the core wrote it. */
    long atMs();

    /** The core started and goes on with this log; {@code torn} bytes of an unfinished record were cut off before. */
    record Boot(long atMs, @Max(Limits.PATH) String origin, Blob coreKey, long torn) implements Entry {}

    record TenantRegistered(long atMs, String tenant, Blob rootKey) implements Entry {}

    /** A grant that verified, whole, the first time it was used. */
    record GrantSeen(long atMs, Blob hash, Blob grant) implements Entry {}

    /** A transaction began. Its request and the grant name everything it may do; {@code principal} is the public key that signed. */
    record Admitted(
            long atMs,
            Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            String tenant,
            Blob principal,
            String agent,
            Blob grantHash,
            Blob requestHash,
            Blob contextKey,
            Blob request,
            long expiresAtMs)
            implements Entry {}

    /** A child began; it is a transaction of its own below its parent's, and one use of the capability to begin it. */
    record Spawned(
            long atMs,
            Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            String agent,
            Blob parent,
            Blob delegationHash,
            Blob contextKey,
            Blob delegation,
            long expiresAtMs,
            List<Debit> debits)
            implements Entry {}

    /** A refusal. At admission {@code context} is empty; {@code code} is a {@link ambit.wire.Denial} number. */
    record Denied(
            long atMs,
            Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            int syscall,
            String capability,
            Blob paramsDigest,
            int code,
            @Max(Limits.SENTENCE) String sentence)
            implements Entry {}

    /**
     * The permit: one call of one driver. A read is recorded like an effect, but may become durable while it runs.
     *
     * @param origins the outcomes that gave the values which the call acts on, where its authority is derived from them
     * @param approval what people approved, of which the call is one use; empty where the grant asks nobody
     */
    record Allowed(
            long atMs,
            Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            long sequence,
            int syscall,
            String capability,
            Blob paramsDigest,
            Blob permit,
            String driver,
            boolean effect,
            List<Debit> debits,
            List<Long> origins,
            @Bytes32 @OrEmpty Blob approval)
            implements Entry {}

    /**
     * An account of the block with this hash after a taking or a settlement.
     *
     * @param account the index of a capability; from {@link #BUDGETS} on, that of a budget
     * @param taken in all
     * @param limit negative for none
     * @param openedMs when the present window of its rate began, 0 where it has no rate
     * @param inWindow what was taken in that window
     */
    record Debit(@Bytes32 Blob block, int account, long taken, long limit, long openedMs, long inWindow)
            implements Cbor.Message {
        /** An account of uses without a rate. */
        public Debit(Blob block, int account, long taken, long limit) {
            this(block, account, taken, limit, 0, 0);
        }
    }

    /** What came of a permit, from the driver's verified receipt. Status 0 is success, else a denial's number. */
    record Outcome(long atMs, Blob permit, int status, Blob resultDigest, long bytes, long millis, List<Debit> settled)
            implements Entry {}

    /** What a guest said by its {@code log} syscall: JSON, its own words. */
    record GuestEvent(
            long atMs,
            Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            Blob event) implements Entry {}

    /** From here on the memory driver may have committed. */
    record CommitIntended(
            long atMs,
            Blob context,
            @Max(Limits.TRANSACTION) String transaction) implements Entry {}

    /** {@code how}: 0 success, 1 agent failed, 2 killed, 3 timed out, 4 crashed, 5 boundary refused. */
    record Ended(
            long atMs,
            Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            int how,
            int exitCode,
            Blob resultDigest,
            List<Written> verdicts)
            implements Entry {}

    /** What became of one written key; {@code code} 0 if it was committed. */
    record Written(@Max(Limits.MEMORY_KEY) String key, boolean committed, int code, long version)
            implements Cbor.Message {}

    record Revoked(long atMs, long epoch, String tenant, Blob target, Blob revocation) implements Entry {}

    /** After a crash between intention and end: what the memory driver knows of the transaction. */
    record Recovered(long atMs, @Max(Limits.TRANSACTION) String transaction, boolean committed) implements Entry {}

    /** What became of keys for which the entry that follows, {@link Ended} in the end, has no room. */
    record Wrote(
            long atMs,
            Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            List<Written> verdicts) implements Entry {}

    /** Grants that this key signs are the tenant's, too. {@code word} is a key's in force, or empty: the administrator's own. */
    record TenantKeyAdded(long atMs, String tenant, Blob rootKey, Blob word) implements Entry {}

    /** The core's key in force says which one follows it; it does when a {@link Boot} names it. */
    record CoreKeyEndorsed(long atMs, Blob key, Blob word) implements Entry {}

    /** The host's user ended a transaction and all below it. */
    record Stopped(
            long atMs,
            @Max(Limits.TRANSACTION) String transaction,
            @Max(Limits.SENTENCE) String why) implements Entry {}

    /** What the broker saw of the boundary of a context's guest, before the guest's first instruction: JSON. */
    record BoundaryReport(
            long atMs,
            Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            Blob report) implements Entry {}

    /** The ML-DSA-44 key that checkpoints are signed with beside the key that the last {@link Boot} names, from here on. */
    record PostQuantumKey(long atMs, Blob key) implements Entry {}

    /**
     * The call waits for people's approval.
     *
     * @param approval what they approve, as a {@link Question} has it: this very call of this principal over its grant
     * @param waitUntilMs when the call fails without
     */
    record Asked(
            long atMs,
            Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            String capability,
            @Bytes32 Blob paramsDigest,
            @Bytes32 Blob approval,
            long waitUntilMs)
            implements Entry {}

    /** An approver said yes: {@code artifact} is their signed {@link Word}, {@code heard} what it is good for. */
    record Approved(
            long atMs, @Bytes32 Blob approval, @Bytes32 Blob approver, Heard heard, Blob artifact) implements Entry {}

    /** An approver said no. */
    record ApprovalRefused(
            long atMs, @Bytes32 Blob approval, @Bytes32 Blob approver, Heard heard, Blob artifact) implements Entry {}

    /**
     * The bodies that the drivers kept of a transaction cannot be read any more, by anybody.
     *
     * @param bodies how many there were
     * @param why the reason that was given, or that their time was over
     */
    record Shredded(
            long atMs,
            @Max(Limits.TRANSACTION) String transaction,
            long bodies,
            @Max(Limits.SENTENCE) String why) implements Entry {}

    /**
     * The host's user was given the key of a transaction's bodies.
     *
     * @param digest of the body that was asked for, or no bytes for all
     * @param by whom the {@code ambit} command said it was run by
     */
    record BodyRead(
            long atMs,
            @Max(Limits.TRANSACTION) String transaction,
            @Bytes32 @OrEmpty Blob digest,
            String by) implements Entry {}

    /**
     * A tenant had memory destroyed; {@code word} are its signed bytes. Recorded twice: before, and when it is done.
     *
     * @param partitions how many there were, −1 before
     */
    record Forgotten(long atMs, Blob word, long partitions, long entries, long bodies) implements Entry {
        /** What the word says. The core verified it before. */
        public Forgetting forgetting() {
            try {
                return Forgetting.parse(Cose.parse(word).payload());
            } catch (MalformedException e) {
                throw new JournalException("an entry of the log is malformed", e);
            }
        }
    }

    /** The bytes that go into the log. */
    static byte[] encode(Entry entry) {
        return Cbor.encode(entry.toCbor());
    }

    /**
     * Reads an entry back.
     *
     * @throws JournalException if these are not the bytes of an entry that this version knows
     */
    static Entry decode(byte[] bytes) {
        try {
            return Cbor.parse(Entry.class, Blob.of(bytes));
        } catch (MalformedException e) {
            throw new JournalException("an entry is not well formed: " + e.getMessage(), e);
        }
    }
}
