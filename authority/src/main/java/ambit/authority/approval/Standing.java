package ambit.authority.approval;

import ambit.wire.Blob;
import java.util.List;
import java.util.function.Function;

/**
 * How approvers stand to a call: each by their newest word, while that is good.
 *
 * @param missing how many more have to approve
 * @param why the reason of the first refusal
 */
public record Standing(List<Blob> approved, List<Blob> refused, int missing, String why) {
    /** One refusal outweighs all approvals. */
    public boolean isGiven() {
        return missing == 0 && refused.isEmpty();
    }

    /** @param heard what was heard of an approver whose word may count */
    static Standing of(Approval approval, Function<Blob, Heard> heard, long nowMs) {
        List<Blob> good = approval.approvers().stream()
                .filter(it -> !heard.apply(it).isOver(nowMs))
                .toList();
        List<Blob> approved =
                good.stream().filter(it -> heard.apply(it).approves()).toList();
        List<Blob> refused =
                good.stream().filter(it -> heard.apply(it).refuses()).toList();
        String why = refused.isEmpty() ? "" : heard.apply(refused.getFirst()).why();
        return new Standing(approved, refused, Math.max(0, approval.need() - approved.size()), why);
    }
}
