package ambit.attacks.hostile;

import static ambit.attacks.hostile.Defences.replies;
import static ambit.attacks.hostile.Defences.signatures;

import ambit.attacks.hostile.Honest.Claim;
import ambit.attacks.hostile.Weakness.Part;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Listed;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import java.io.IOException;
import java.util.List;

/** What the core itself tells a guest: which handles it has, and which child it was given. */
final class Told {
    private static final String NOT_SHOWN = "not shown";
    private static final int RESULT = 4;

    private Told() {}

    static Group group() {
        return new Group(
                "Handles and children that a guest is told of",
                List.of(
                        Attack.of(
                                "Show a guest the handles of another context",
                                NOT_SHOWN,
                                replies(),
                                from -> shown(from, ofAnother(from, listing(from, bobs(from))))),
                        Attack.of(
                                "Show a guest its handles as they were before a call",
                                NOT_SHOWN,
                                replies(),
                                Told::earlierListing),
                        Attack.of(
                                "Put another handle behind a name that a guest holds",
                                NOT_SHOWN,
                                replies(),
                                from -> shown(from, listing(from, from.begin(from.plan())), swapped(from))),
                        Attack.of(
                                "Sign a list of handles oneself",
                                NOT_SHOWN,
                                signatures(Part.BROKER),
                                from -> signed(from, listing(from, from.begin(from.plan())), Plan.utf8("[]"))),
                        Attack.of(
                                "Give a guest the child of another context for its own",
                                NOT_SHOWN,
                                replies(),
                                from -> shown(from, ofAnother(from, child(from, bobs(from))))),
                        Attack.of(
                                "Give a guest its last child for the one that it asked for now",
                                NOT_SHOWN,
                                replies(),
                                Told::earlierChild),
                        Attack.of(
                                "Give a guest another child than the one that was begun",
                                NOT_SHOWN,
                                replies(),
                                from -> shown(from, child(from, from.begin(from.plan())), name(Plan.fresh()))),
                        Attack.of(
                                "Give a guest a child that never began, by a word of one's own",
                                NOT_SHOWN,
                                signatures(Part.BROKER),
                                from -> signed(from, child(from, from.begin(from.plan())), name(Plan.fresh()))),
                        Attack.of(
                                "Give a guest a child for a request that it did not make",
                                NOT_SHOWN,
                                replies(),
                                Told::otherRequest),
                        Attack.of(
                                "Begin a child by another handle than the guest's words say",
                                Denial.MALFORMED,
                                List.of(Weakness.assuming(
                                        Part.CORE, Defences.ADMISSION, "input", "Json$Str.equals", true)),
                                Told::otherHandle)));
    }

    /** A reply of the core to a guest, with everything that a door holds its proof against. */
    record Reply(Admitted context, long sequence, Blob params, Blob shown, Blob proof) {
        Claim claim(Blob otherProof, Blob otherShown) {
            return new Claim(
                    otherProof,
                    context.context(),
                    context.transaction(),
                    sequence,
                    params.sha256(),
                    otherShown.sha256());
        }
    }

    static Reply listing(Position from, Admitted context) throws IOException {
        if (from.ask(new BrokerToCore.Handles(context.context())) instanceof Listed it) {
            return new Reply(context, it.sequence(), Blob.EMPTY, it.listing(), it.proof());
        }
        throw new IllegalStateException("a context was not told what it holds");
    }

    static Reply child(Position from, Admitted parent) throws IOException {
        Admitted child = Position.begun(from.spawn(parent, Blob.EMPTY));
        Blob params = Position.spawning(Position.handle(parent, "agent.helper"));
        return new Reply(parent, child.sequence(), params, name(child.context()), child.proof());
    }

    private static Blob name(Blob child) {
        return Plan.utf8('"' + child.toHex() + '"');
    }

    private static Admitted bobs(Position from) throws IOException {
        return from.begin(from.plan().holder(from.honest().signer("bob")));
    }

    /** Their reply, under the very sequence that the guest waits for. */
    private static Claim ofAnother(Position from, Reply theirs) throws IOException {
        Admitted own = from.begin(from.plan());
        requireShown(from, theirs);
        return new Reply(own, theirs.sequence(), theirs.params(), theirs.shown(), theirs.proof())
                .claim(theirs.proof(), theirs.shown());
    }

    private static Result shown(Position from, Claim claim) throws IOException {
        return from.honest().shows(claim) ? Result.success("it was shown") : Result.failed(NOT_SHOWN);
    }

    private static Result shown(Position from, Reply reply, Blob instead) throws IOException {
        requireShown(from, reply);
        return shown(from, reply.claim(reply.proof(), instead));
    }

    /** What is honest is shown; otherwise it would mean nothing that the rest is not. */
    private static void requireShown(Position from, Reply reply) throws IOException {
        if (!from.honest().shows(reply.claim(reply.proof(), reply.shown()))) {
            throw new IllegalStateException("an honest reply is not shown");
        }
    }

    private static Blob swapped(Position from) throws IOException {
        return listing(from, from.begin(from.plan())).shown();
    }

    private static Result earlierListing(Position from) throws IOException {
        Admitted context = from.begin(from.plan());
        Reply before = listing(from, context);
        from.permit(context, Position.talk("x"));
        Reply now = listing(from, context);
        requireShown(from, now);
        return shown(from, now.claim(before.proof(), before.shown()));
    }

    private static Result earlierChild(Position from) throws IOException {
        Admitted context = from.begin(from.plan());
        Reply before = child(from, context);
        Reply now = child(from, context);
        requireShown(from, now);
        return shown(from, now.claim(before.proof(), before.shown()));
    }

    /** The child was begun by words of the broker's; the guest said other ones. */
    private static Result otherRequest(Position from) throws IOException {
        Reply begun = child(from, from.begin(from.plan()));
        requireShown(from, begun);
        Blob said = Plan.utf8("{\"handle\":\"" + Plan.fresh().toHex() + "\"}");
        return shown(
                from,
                new Reply(begun.context(), begun.sequence(), said, begun.shown(), begun.proof())
                        .claim(begun.proof(), begun.shown()));
    }

    private static Result signed(Position from, Reply reply, Blob instead) throws IOException {
        requireShown(from, reply);
        Blob payload = Tamper.set(Cose.parse(reply.proof()).payload(), new Cbor.Bytes(instead.sha256()), RESULT);
        return shown(from, reply.claim(Signer.attacker().sign(Domain.PROOF, payload), instead));
    }

    private static Result otherHandle(Position from) throws IOException {
        Admitted parent = from.begin(from.plan());
        Blob helper = Position.handle(parent, "agent.helper");
        Blob said = Position.spawning(Position.handle(parent, "model.chat"));
        return Result.of(from.ask(new BrokerToCore.Spawn(parent.context(), helper, Blob.EMPTY, said)));
    }
}
