package ambit.attacks.hostile;

import ambit.attacks.hostile.Scope.Reply;
import ambit.attacks.hostile.Weakness.Part;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Failed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Every legitimate message of one transaction in every other one's place: alice's twice over one grant, alice's over another, bob's, and a
 * child of each.
 */
final class CrossProduct {
    private static final int PRINCIPALS_TRANSACTIONS = 4;
    private static final int BOB = 3;

    private CrossProduct() {}

    static Group group() {
        return new Group(
                "Everything of one transaction in every other's place",
                List.of(
                        Attack.of(
                                "Call each capability of transaction i in context j",
                                "0 of 112",
                                Defences.handles(),
                                CrossProduct::capabilities),
                        Attack.of(
                                "Begin a child by the handle of transaction i under context j",
                                "0 of 56",
                                List.of(Weakness.knowing(Part.CORE, Defences.CONTEXT, "held", Plan.HELPER)),
                                CrossProduct::childrenUnderOthers),
                        Attack.of(
                                "Read the result of the child of transaction i in context j",
                                "0 of 28",
                                Defences.childsParent(),
                                CrossProduct::childrensResults),
                        Attack.of(
                                "Carry out call j on the permit of transaction i",
                                "0 of 56",
                                Defences.drivers("ambit.drivers.PermitCheck", "check", "BAD_SIGNATURE"),
                                CrossProduct::permits),
                        Attack.of(
                                "Show reply j with the proof of transaction i",
                                "0 of 56",
                                Defences.replies(),
                                CrossProduct::proofs),
                        Attack.of(
                                "Show the handles of context j with the proof of context i",
                                "0 of 56",
                                Defences.replies(),
                                from -> told(from, transactions(from), Told::listing)),
                        Attack.of(
                                "Name the child of context j with the proof of context i",
                                "0 of 12",
                                Defences.replies(),
                                from -> told(
                                        from, transactions(from).subList(0, PRINCIPALS_TRANSACTIONS), Told::child)),
                        Attack.of(
                                "Continue the grant of transaction j with the request of transaction i",
                                "0 of 10",
                                Defences.all(
                                        Defences.core(Defences.CHAIN, "of", "UNKNOWN_GRANT"),
                                        Defences.signatures(Part.CORE)),
                                CrossProduct::requests)));
    }

    private static List<Admitted> transactions(Position from) throws IOException {
        Blob shared = from.plan().grant();
        List<Admitted> parents = List.of(
                Position.begun(from.ask(from.plan().papers(shared).admit())),
                Position.begun(from.ask(from.plan().papers(shared).admit())),
                from.begin(from.plan()),
                from.begin(from.plan().holder(from.honest().signer("bob"))));
        List<Admitted> all = new ArrayList<>(parents);
        for (Admitted parent : parents) {
            all.add(Position.begun(from.spawn(parent, Blob.EMPTY)));
        }
        return all;
    }

    /** Tries it for every two different ones, and counts what got through; anything refused must be so for this reason. */
    private static Result product(int size, int attemptsForEach, Pair pair) throws IOException {
        long through = 0;
        long attempts = 0;
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                if (i != j) {
                    through += pair.through(i, j);
                    attempts += attemptsForEach;
                }
            }
        }
        return Result.counted(through, attempts, 0);
    }

    @FunctionalInterface
    private interface Pair {
        long through(int i, int j) throws IOException;
    }

    private static long through(CoreToBroker answer, Denial reason) {
        return through(answer instanceof Denied denied ? Set.of(denied.code()) : Set.of(), reason);
    }

    private static long through(DriverToBroker answer, Denial reason) {
        return through(answer instanceof Failed failed ? Set.of(failed.code()) : Set.of(), reason);
    }

    private static long through(Set<Denial> given, Denial reason) {
        if (!given.isEmpty() && !given.contains(reason)) {
            throw new IllegalStateException("refused for another reason: " + given);
        }
        return given.isEmpty() ? 1 : 0;
    }

    private static Result capabilities(Position from) throws IOException {
        List<Admitted> all = transactions(from);
        return product(all.size(), 2, (i, j) -> {
            Blob model = Position.handle(all.get(i), "model.chat");
            Blob files = Position.handle(all.get(i), "files.read");
            Blob context = all.get(j).context();
            return through(from.call(context, model, Position.talk("x")), Denial.UNKNOWN_HANDLE)
                    + through(from.call(context, files, Position.talk("x")), Denial.UNKNOWN_HANDLE);
        });
    }

    private static Result childrenUnderOthers(Position from) throws IOException {
        List<Admitted> all = transactions(from);
        return product(all.size(), 1, (i, j) -> {
            Blob handle = Position.handle(all.get(i), "agent.helper");
            return through(from.spawn(all.get(j).context(), handle, Blob.EMPTY), Denial.UNKNOWN_HANDLE);
        });
    }

    /** Children are the second half, each of the one four places before it, whose to read it is. */
    private static Result childrensResults(Position from) throws IOException {
        List<Admitted> all = transactions(from);
        long through = 0;
        for (int child = PRINCIPALS_TRANSACTIONS; child < all.size(); child++) {
            for (int j = 0; j < all.size(); j++) {
                if (j != child - PRINCIPALS_TRANSACTIONS) {
                    through += through(
                            from.call(all.get(j).context(), all.get(child).context(), Plan.utf8("{}")),
                            Denial.UNKNOWN_HANDLE);
                }
            }
        }
        return Result.counted(through, PRINCIPALS_TRANSACTIONS * (all.size() - 1L), 0);
    }

    private static Result permits(Position from) throws IOException {
        List<Admitted> all = transactions(from);
        List<Blob> params = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            params.add(Position.talk("call " + i));
        }
        return product(all.size(), 1, (i, j) -> {
            Permitted permitted = from.permit(all.get(i), params.get(i));
            return through(from.execute(permitted.permit(), params.get(j)), Denial.BAD_SIGNATURE);
        });
    }

    private static Result proofs(Position from) throws IOException {
        List<Reply> replies = new ArrayList<>();
        for (Admitted context : transactions(from)) {
            replies.add(Reply.of(from, context, "same"));
        }
        return product(
                replies.size(),
                1,
                (i, j) -> from.honest()
                                .shows(replies.get(j)
                                        .claim(
                                                replies.get(i).proof(),
                                                replies.get(i).result()))
                        ? 1
                        : 0);
    }

    private interface Telling {
        Told.Reply to(Position from, Admitted context) throws IOException;
    }

    private static Result told(Position from, List<Admitted> contexts, Telling telling) throws IOException {
        List<Told.Reply> replies = new ArrayList<>();
        for (Admitted context : contexts) {
            replies.add(telling.to(from, context));
        }
        return product(replies.size(), 1, (i, j) -> {
            Told.Reply other = replies.get(i);
            return from.honest().shows(replies.get(j).claim(other.proof(), other.shown())) ? 1 : 0;
        });
    }

    /** Two of the four have one grant, so ten of the twelve pairs are of different grants. */
    private static Result requests(Position from) throws IOException {
        Blob shared = from.plan().grant();
        Plan alice = from.plan();
        Plan bob = from.plan().holder(from.honest().signer("bob"));
        List<Blob> grants = List.of(shared, shared, alice.grant(), bob.grant());
        long through = 0;
        for (int i = 0; i < grants.size(); i++) {
            for (int j = 0; j < grants.size(); j++) {
                if (!grants.get(i).equals(grants.get(j))) {
                    Plan.Papers papers = (i == BOB ? bob : alice).papers(grants.get(i));
                    CoreToBroker answer =
                            from.ask(new BrokerToCore.Admit(grants.get(j), papers.request(), papers.spec()));
                    boolean bobs = i == BOB || j == BOB;
                    through += through(answer, bobs ? Denial.BAD_SIGNATURE : Denial.UNKNOWN_GRANT);
                }
            }
        }
        return Result.counted(through, 10, 0);
    }
}
