package ambit.authority.approval;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.util.Optional;

/**
 * What an approver says of one call, to one core; signed with the approver's key.
 *
 * @param core the core's public key
 * @param approval the {@linkplain Question#digest digest} of the question
 * @param params SHA-256 of the parameters that the approver was shown
 * @param approves yes, or no
 * @param issuedAtMs milliseconds since 1970 by the approver's clock
 * @param why the reason of a refusal, empty of an approval
 */
public record Word(
        @Bytes32 Blob core,
        @Bytes32 Blob approval,
        @Bytes32 Blob params,
        boolean approves,
        @Range(to = Limits.LAST_SECOND * 1000) long issuedAtMs,
        @Max(Limits.SENTENCE) String why)
        implements Cbor.Artifact {
    /** How far an approver's clock may be ahead of the core's. */
    static final long CLOCKS_MS = 60_000;

    @Override
    public void check() throws MalformedException {
        if (approves && !why.isEmpty()) {
            throw new MalformedException("an approval says no more than that it is one");
        }
    }

    public static Word parse(Blob payload) throws MalformedException {
        return Cbor.parse(Word.class, payload);
    }

    /**
     * Why it does not count, if it does not.
     *
     * @param signer the key that its signature verifies with
     * @param last what was heard of the same approver about the same question before
     */
    public Optional<Denial> refusal(Question question, Blob toCore, Blob signer, Heard last, long nowMs) {
        boolean fits = core.equals(toCore)
                && approval.equals(question.digest())
                && params.equals(question.params().sha256())
                && question.approval().approvers().contains(signer);
        if (!fits) {
            return Optional.of(Denial.BAD_SIGNATURE);
        }
        if (issuedAtMs > nowMs + CLOCKS_MS) {
            return Optional.of(Denial.NOT_YET_VALID);
        }
        if (heard(question, nowMs).isOver(nowMs)) {
            return Optional.of(Denial.EXPIRED);
        }
        return issuedAtMs <= last.issuedAtMs() ? Optional.of(Denial.REPLAYED) : Optional.empty();
    }

    /** What it is good for. */
    public Heard heard(Question question, long nowMs) {
        Approval approval = question.approval();
        long until = Math.min(issuedAtMs, nowMs) + approval.seconds() * 1000;
        return new Heard(issuedAtMs, until, approves ? approval.uses() : Heard.REFUSED, why);
    }
}
