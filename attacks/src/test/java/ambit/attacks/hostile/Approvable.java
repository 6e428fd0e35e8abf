package ambit.attacks.hostile;

import ambit.authority.approval.Approval;
import ambit.authority.approval.Question;
import ambit.authority.approval.Word;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Cose.Domain;
import java.io.IOException;
import java.util.List;

/**
 * A call of the model that people have to approve, what they are shown of it and what they say.
 *
 * @param holder whose grant it is
 * @param context the transaction that makes the call
 */
record Approvable(Position from, Signer holder, Blob grant, Admitted context, Blob params) {
    /** Two approvers, who have the same keys for as long as a kernel is attacked. */
    static final String BOB = "bob";

    static final String CAROL = "carol";

    static final long SECONDS = 600;

    /** A call of somebody whom no other attack has filled the approvers' list for. One word approves it once. */
    static Approvable of(Position from) throws IOException {
        return of(from, approval(from, 1, SECONDS, 1));
    }

    static Approvable of(Position from, Approval approval) throws IOException {
        return of(from, from.honest().signer(Position.word()), approval);
    }

    static Approvable of(Position from, Signer holder, Approval approval) throws IOException {
        Blob grant = from.plan().holder(holder).approved(approval).grant();
        return begun(from, holder, grant, Position.talk(Position.word()));
    }

    /** By bob, by carol or, where two are needed, by both; the call does not wait for them. */
    static Approval approval(Position from, int need, long seconds, long uses) throws IOException {
        return new Approval(need, List.of(from.honest().key(BOB), from.honest().key(CAROL)), seconds, uses, 0);
    }

    private static Approvable begun(Position from, Signer holder, Blob grant, Blob params) throws IOException {
        Admitted context =
                Position.begun(from.ask(from.plan().holder(holder).papers(grant).admit()));
        return new Approvable(from, holder, grant, context, params);
    }

    /** The same call in another transaction of the same grant. */
    Approvable again() throws IOException {
        return begun(from, holder, grant, params);
    }

    Approvable in(Admitted other) {
        return new Approvable(from, holder, grant, other, params);
    }

    Approvable with(Blob other) {
        return new Approvable(from, holder, grant, context, other);
    }

    /** What is left of a call of alice's when the kernel is another one. */
    Blob kept(Blob word) {
        return Blob.of(Cbor.encode(Cbor.array(grant, params, word)));
    }

    static Approvable resumed(Position from, Blob kept) throws IOException {
        return begun(from, from.honest().signer("alice"), Time.bytes(kept, 0), Time.bytes(kept, 1));
    }

    static Blob keptWord(Blob kept) throws IOException {
        return Time.bytes(kept, 2);
    }

    CoreToBroker answer() throws IOException {
        return from.call(context, "model.chat", params);
    }

    Result call() throws IOException {
        return Result.of(answer());
    }

    /** The call as the command shows it to approvers, once it was made. */
    Question question() throws IOException {
        answer();
        for (CoreToAdmin.Case each : asked().cases()) {
            Question question = Question.parse(each.question());
            if (question.params().equals(params)) {
                return question;
            }
        }
        throw new IllegalStateException("nobody is asked about the call");
    }

    private CoreToAdmin.Asked asked() throws IOException {
        if (from.honest().command(new AdminToCore.Approvals()) instanceof CoreToAdmin.Asked asked) {
            return asked;
        }
        throw new IllegalStateException("approvers are shown nothing");
    }

    /** What an approver of the call signs at this time. */
    Word word(boolean approves, long atMs) throws IOException {
        Question question = question();
        Blob shown = question.params().sha256();
        return new Word(asked().core(), question.digest(), shown, approves, atMs, approves ? "" : "no");
    }

    Blob yes(Signer by) throws IOException {
        return by.sign(Domain.APPROVAL, word(true, System.currentTimeMillis()).toBlob());
    }

    Signer approver(String who) {
        return from.honest().signer(who);
    }

    /** What the core makes of this word, whoever brings it. */
    Result handIn(Blob word) throws IOException {
        return switch (from.honest().command(new AdminToCore.Answer(word))) {
            case CoreToAdmin.Answered _ -> Result.success("the core took the word");
            case CoreToAdmin.Denied denied -> Result.refused(denied.code());
            default -> throw new IllegalStateException("the core answered something else");
        };
    }

    /** Hands in a word and makes the call. What refuses the word is the answer, unless the call is permitted all the same. */
    Result callWith(Blob word) throws IOException {
        Result taken = handIn(word);
        Result called = call();
        return taken.succeeded() || called.succeeded() ? called : taken;
    }

    /** An honest approver's word about it, which is taken. */
    Blob approve(Signer by) throws IOException {
        Blob word = yes(by);
        requireTaken(word);
        return word;
    }

    void refuse(Signer by, long atMs) throws IOException {
        requireTaken(by.sign(Domain.APPROVAL, word(false, atMs).toBlob()));
    }

    private void requireTaken(Blob word) throws IOException {
        Result taken = handIn(word);
        if (!taken.succeeded()) {
            throw new IllegalStateException("an honest word was refused: " + taken.answer());
        }
    }

    /** Bob approves it, and it is permitted once. */
    Blob approvedAndMade() throws IOException {
        Blob word = approve(approver(BOB));
        Position.permitted(answer());
        return word;
    }
}
