package ambit.authority.approval;

import ambit.authority.Cap;
import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Cbor;
import ambit.wire.CoreToAdmin;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.util.function.Function;

/**
 * A call as those who are to approve it see it. Not signed: what they sign names its {@linkplain #digest digest}.
 *
 * @param grant SHA-256 of the grant's exact signed bytes
 * @param principal the public key that the grant is for
 * @param agent who calls, first of all who do
 * @param cap the capability as the grant has it, which asks for approval
 * @param params the exact bytes of the parameters: text of a guest
 * @param askedAtMs milliseconds since 1970 by the core's clock
 * @param logIndex the entry of the log that says that it was asked
 */
public record Question(
        String tenant,
        @Bytes32 Blob grant,
        @Bytes32 Blob principal,
        String agent,
        @Max(Limits.TRANSACTION) String transaction,
        Cap cap,
        @Max(MAX_PARAMS) Blob params,
        long askedAtMs,
        long logIndex)
        implements Cbor.Artifact {
    /** What people can be expected to read. */
    public static final int MAX_PARAMS = 64 << 10;

    /** So that a call that waited to its end finds that it did, and is not asked about once more. */
    private static final long RETRY_MS = 60_000;

    @Override
    public void check() throws MalformedException {
        if (cap.approval().isEmpty()) {
            throw new MalformedException("a capability that asks for no approval");
        }
    }

    public static Question parse(Blob bytes) throws MalformedException {
        return Cbor.parse(Question.class, bytes);
    }

    public Approval approval() {
        return cap.approval().orElseThrow();
    }

    /** How long the core remembers it: while a call may wait, and while a call that did not wait may be tried again. */
    long keptUntilMs() {
        return Math.max(waitUntilMs() + RETRY_MS, askedAtMs + 1000 * approval().seconds());
    }

    /** When the first call that asked fails without approval. */
    public long waitUntilMs() {
        return askedAtMs + 1000 * approval().patience();
    }

    /** @param heard what was heard of an approver, {@link Heard#NOTHING} of one whose word does not count */
    public Standing standing(Function<Blob, Heard> heard, long nowMs) {
        return Standing.of(approval(), heard, nowMs);
    }

    public CoreToAdmin.Case shown(Standing standing) {
        return new CoreToAdmin.Case(toBlob(), standing.approved(), standing.refused());
    }

    /** What people call it by: the first 32 digits of its digest. */
    public String id() {
        return digest().toHex().substring(0, 32);
    }

    public Blob digest() {
        return digest(grant, principal, cap, params.sha256());
    }

    /**
     * What is approved: SHA-256 of the deterministic CBOR of the array of the grant's hash, the principal's key, the capability's name, the
     * hash of the tool's definition and the SHA-256 of the exact parameters. No bytes where the capability asks for no approval.
     */
    public static Blob digest(Blob grant, Blob principal, Cap cap, Blob paramsDigest) {
        return cap.approval().isEmpty()
                ? Blob.EMPTY
                : Blob.of(Cbor.encode(Cbor.array(grant, principal, cap.name(), cap.definition(), paramsDigest)))
                        .sha256();
    }
}
