package ambit.authority.approval;

import ambit.authority.Rate;
import ambit.authority.signing.PublicKeys;
import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * Who has to approve each call of a capability.
 *
 * @param need how many of them
 * @param approvers raw public keys
 * @param seconds how long a word of theirs is good, from when it was signed
 * @param uses how many calls an approval is good for, all of the same parameters
 * @param patience how many seconds a call waits for them; 0: it fails at once, and may be tried again
 */
public record Approval(
        @Range(from = 1, to = MAX_APPROVERS) int need,
        @Max(MAX_APPROVERS) List<@Bytes32 Blob> approvers,
        @Range(from = 1, to = Rate.MAX_SECONDS) long seconds,
        @Range(from = 1) long uses,
        @Range(to = MAX_PATIENCE) long patience)
        implements Cbor.Artifact {
    public static final int MAX_APPROVERS = 16;

    /** A day. */
    public static final long MAX_PATIENCE = 86_400;

    public Approval {
        approvers = List.copyOf(approvers);
    }

    @Override
    public void check() throws MalformedException {
        for (Blob approver : approvers) {
            PublicKeys.requireSound(approver);
        }
        if (approvers.stream().distinct().count() != approvers.size() || need > approvers.size()) {
            throw new MalformedException("an approver twice, or fewer approvers than are needed");
        }
    }
}
