package ambit.attacks.hostile;

import static ambit.attacks.hostile.Defences.CONTEXT;
import static ambit.attacks.hostile.Defences.core;
import static ambit.attacks.hostile.Defences.handles;
import static ambit.attacks.hostile.Defences.replies;
import static ambit.attacks.hostile.Defences.signatures;

import ambit.attacks.hostile.Honest.Claim;
import ambit.attacks.hostile.Weakness.Part;
import ambit.authority.Permit;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.DriverToBroker.Failed;
import java.io.IOException;
import java.util.List;

/** What is another context's: its handles, its children, its replies. */
final class Scope {
    private static final String NOT_SHOWN = "not shown";
    private static final int SEQUENCE = 2;

    private Scope() {}

    static Group group() {
        return new Group(
                "Another context's handles and replies",
                List.of(
                        Attack.of(
                                "Call another principal's handle (PIC: cross-use)",
                                Denial.UNKNOWN_HANDLE,
                                handles(),
                                from -> {
                                    Admitted bob = from.begin(
                                            from.plan().holder(from.honest().signer("bob")));
                                    return call(from, from.begin(from.plan()), bob);
                                }),
                        Attack.of(
                                "Call the handle of another transaction of the same grant",
                                Denial.UNKNOWN_HANDLE,
                                handles(),
                                from -> {
                                    Plan plan = from.plan();
                                    Blob grant = plan.grant();
                                    Admitted one = Position.begun(
                                            from.ask(plan.papers(grant).admit()));
                                    Admitted other = Position.begun(
                                            from.ask(plan.papers(grant).admit()));
                                    return call(from, one, other);
                                }),
                        Attack.of("Call a parent's handle as its child", Denial.UNKNOWN_HANDLE, handles(), from -> {
                            Admitted parent = from.begin(from.plan());
                            return call(from, Position.begun(from.spawn(parent, Blob.EMPTY)), parent);
                        }),
                        Attack.of("Call a child's handle as its parent", Denial.UNKNOWN_HANDLE, handles(), from -> {
                            Admitted parent = from.begin(from.plan());
                            return call(from, parent, Position.begun(from.spawn(parent, Blob.EMPTY)));
                        }),
                        Attack.of(
                                "Make a handle up",
                                Denial.UNKNOWN_HANDLE,
                                handles(),
                                from -> Result.of(from.call(
                                        from.begin(from.plan()).context(), Plan.fresh(), Position.talk("x")))),
                        Attack.of(
                                "Call a handle that is for children as a tool",
                                Denial.UNKNOWN_HANDLE,
                                core(CONTEXT, "held", "UNKNOWN_HANDLE"),
                                from -> Result.of(from.call(
                                        from.begin(from.plan().drivers("openai", "openai")),
                                        "agent.helper",
                                        Plan.utf8("{\"x\":1}")))),
                        Attack.of(
                                "Read the result of another context's child",
                                Denial.UNKNOWN_HANDLE,
                                Defences.childsParent(),
                                Scope::childsResult),
                        Attack.of(
                                "Show a guest the reply of another context", NOT_SHOWN, replies(), Scope::foreignReply),
                        Attack.of(
                                "Show a guest the reply to an earlier call of its own",
                                NOT_SHOWN,
                                replies(),
                                Scope::earlierReply),
                        Attack.of("Show a guest another result with a reply's proof", NOT_SHOWN, replies(), from -> {
                            Reply reply = Reply.of(from, from.begin(from.plan()), "x");
                            return shown(from, reply.claim(Plan.utf8("invented")));
                        }),
                        Attack.of("Show a guest a failed call as done", NOT_SHOWN, replies(), Scope::failureAsSuccess),
                        Attack.of(
                                "Sign the proof of a reply oneself",
                                NOT_SHOWN,
                                signatures(Part.BROKER),
                                Scope::ownProof)));
    }

    private static Result call(Position from, Admitted context, Admitted other) throws IOException {
        Blob handle = Position.handle(other, "model.chat");
        return Result.of(from.call(context.context(), handle, Position.talk("x")));
    }

    private static Result childsResult(Position from) throws IOException {
        Admitted parent = from.begin(from.plan());
        Admitted child = Position.begun(from.spawn(parent, Blob.EMPTY));
        Admitted bob = from.begin(from.plan().holder(from.honest().signer("bob")));
        return Result.of(from.call(bob.context(), child.context(), Plan.utf8("{}")));
    }

    /** A call that was made, and the proof of what came of it. */
    record Reply(Admitted context, Permit permit, Blob params, Blob result, Blob proof) {
        static Reply of(Position from, Admitted context, String word) throws IOException {
            Blob params = Position.talk(word);
            Permitted permitted = from.permit(context, params);
            DriverToBroker answer = from.execute(permitted.permit(), params);
            Permit permit = Position.payload(permitted);
            return switch (answer) {
                case Done done -> new Reply(context, permit, params, done.result(), done.proof());
                case Failed failed -> new Reply(context, permit, params, Blob.EMPTY, failed.proof());
                default -> throw new IllegalStateException("an answer that is none: " + answer);
            };
        }

        /** That this is the answer to the call. */
        Claim claim(Blob shown) {
            return claim(proof, shown);
        }

        Claim claim(Blob otherProof, Blob shown) {
            return new Claim(
                    otherProof,
                    context.context(),
                    context.transaction(),
                    permit.sequence(),
                    params.sha256(),
                    shown.sha256());
        }
    }

    private static Result shown(Position from, Claim claim) throws IOException {
        return from.honest().shows(claim) ? Result.success("it was shown") : Result.failed(NOT_SHOWN);
    }

    private static Result foreignReply(Position from) throws IOException {
        Reply theirs =
                Reply.of(from, from.begin(from.plan().holder(from.honest().signer("bob"))), "same");
        Reply own = Reply.of(from, from.begin(from.plan()), "same");
        requireShown(from, own);
        return shown(from, own.claim(theirs.proof(), theirs.result()));
    }

    private static Result earlierReply(Position from) throws IOException {
        Admitted context = from.begin(from.plan());
        Reply earlier = Reply.of(from, context, "same");
        Reply own = Reply.of(from, context, "same");
        requireShown(from, own);
        return shown(from, own.claim(earlier.proof(), earlier.result()));
    }

    /** What is honest is shown; otherwise it would mean nothing that the rest is not. */
    private static void requireShown(Position from, Reply reply) throws IOException {
        if (!from.honest().shows(reply.claim(reply.result()))) {
            throw new IllegalStateException("an honest reply is not shown");
        }
    }

    private static Result failureAsSuccess(Position from) throws IOException {
        Reply failed = Reply.of(from, from.begin(from.plan()), "fail");
        return shown(from, failed.claim(Plan.utf8("done")));
    }

    private static Result ownProof(Position from) throws IOException {
        Admitted context = from.begin(from.plan());
        Reply earlier = Reply.of(from, context, "same");
        Reply own = Reply.of(from, context, "same");
        Blob payload = Tamper.set(
                Cose.parse(earlier.proof()).payload(), Cbor.of(own.permit().sequence()), SEQUENCE);
        return shown(from, own.claim(Signer.attacker().sign(Domain.PROOF, payload), earlier.result()));
    }
}
