package ambit.core;

import ambit.authority.Cap;
import ambit.authority.Words;
import ambit.authority.approval.Approval;
import ambit.authority.approval.Docket;
import ambit.authority.approval.Heard;
import ambit.authority.approval.Question;
import ambit.authority.approval.Standing;
import ambit.authority.approval.Word;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.MalformedException;
import java.util.List;
import java.util.Optional;

/** Calls that people have to approve: what they are asked, and what they say. */
record Approvals(State state, Blob core, Docket docket) {
    /** A key that the tenant revoked says nothing. */
    private Standing standing(Question it) {
        return it.standing(
                key -> isRevoked(it.tenant(), key) ? Heard.NOTHING : state.history.heard(it.digest(), key),
                state.clock.millis());
    }

    private boolean isRevoked(String tenant, Blob key) {
        return state.history.isRevoked(tenant, List.of(key), Long.MAX_VALUE);
    }

    /** How many of those whom such a call is shown to are not heard any more. The caller has the core's lock. */
    long revoked(Context context, Cap cap) {
        List<Blob> approvers = cap.approval().map(Approval::approvers).orElse(List.of());
        return approvers.stream()
                .filter(it -> isRevoked(context.owner().tenant(), it))
                .count();
    }

    /**
     * Nothing where people have approved the call. Asks them otherwise, once for as long as the question is open, and takes nothing. The
     * caller has the core's lock.
     */
    Optional<CoreToBroker> ask(Context context, Cap cap, Blob params) throws Refused {
        long now = state.clock.millis();
        Question question = new Question(
                context.owner().tenant(),
                context.chain().grantHash(),
                context.owner().principal(),
                context.chain().agent(),
                context.transaction(),
                cap,
                params,
                now,
                state.journal.size());
        Standing standing = standing(question);
        if (standing.isGiven()) {
            return Optional.empty();
        }
        Blob digest = question.digest();
        Optional<Question> before = docket.find(digest, now);
        if (before.isEmpty()) {
            boolean much = !docket.hasRoomFor(question);
            Refused.when(much, Denial.TOO_LARGE, "too much to be shown to approvers, or too much waits for them");
            long until = question.waitUntilMs();
            state.record(new Entry.Asked(
                    now, context.id(), context.transaction(), cap.name(), params.sha256(), digest, until));
            docket.add(question);
        }
        boolean refused = !standing.refused().isEmpty();
        Refused.when(refused, Denial.APPROVAL_REFUSED, "an approver refused: " + Words.shortened(standing.why()));
        long wait = docket.waitsUntil(digest, context.id(), now) - now;
        Refused.when(wait <= 0, Denial.APPROVAL_REQUIRED, "try again when this is approved: " + question.id());
        return Optional.of(
                new CoreToBroker.Pending(digest, wait, before.orElse(question).logIndex()));
    }

    CoreToAdmin open() {
        synchronized (state) {
            return new CoreToAdmin.Asked(
                    core,
                    docket.all(state.clock.millis()).stream()
                            .map(it -> it.shown(standing(it)))
                            .toList());
        }
    }

    /** Takes an approver's word, whoever brings it. */
    CoreToAdmin hear(Blob bytes) throws Refused, MalformedException {
        Blob approver = Cose.parse(bytes).kid();
        Word word = Word.parse(Refused.verified(Domain.APPROVAL, approver, bytes));
        long index;
        Standing standing;
        synchronized (state) {
            long now = state.clock.millis();
            Blob digest = word.approval();
            Question question = docket.find(digest, now)
                    .orElseThrow(() -> new Refused(Denial.UNKNOWN_HANDLE, "nothing of this id waits for approval"));
            Optional<Denial> refusal =
                    word.refusal(question, core, approver, state.history.heard(digest, approver), now);
            boolean refused = isRevoked(question.tenant(), approver) || refusal.isPresent();
            Refused.when(refused, refusal.orElse(Denial.REVOKED));
            Heard heard = word.heard(question, now);
            index = state.record(
                    word.approves()
                            ? new Entry.Approved(now, digest, approver, heard, bytes)
                            : new Entry.ApprovalRefused(now, digest, approver, heard, bytes));
            standing = standing(question);
            if (standing.isGiven()) {
                docket.close(digest);
            }
        }
        state.journal.awaitDurable(index);
        return new CoreToAdmin.Answered(index, standing.missing());
    }
}
