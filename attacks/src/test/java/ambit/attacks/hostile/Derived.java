package ambit.attacks.hostile;

import ambit.attacks.hostile.Weakness.Part;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Denial;
import java.io.IOException;
import java.util.List;

/** Values that a tool is said to have returned. The model's server says one word, and one may pay whom it said, once. */
final class Derived {
    private static final List<Weakness> ANYTHING =
            List.of(Weakness.answering(Part.CORE, Defences.BLOCK, "violated", -1));
    private static final List<Weakness> ALWAYS_FRESH =
            List.of(Weakness.answering(Part.CORE, "ambit.decision.Sighting", "isFresh", true));

    private Derived() {}

    static Group group() {
        return new Group(
                "Derived values",
                List.of(
                        Attack.of(
                                "Act on a value before any tool returned it",
                                Denial.CONSTRAINT,
                                ANYTHING,
                                from -> pay(from, from.begin(from.plan()), Upstream.WORD)),
                        Attack.of(
                                "Act on another value than the one that the tool returned",
                                Denial.CONSTRAINT,
                                ANYTHING,
                                from -> {
                                    Admitted context = informed(from, from.plan());
                                    return pay(from, context, "attacker");
                                }),
                        Attack.of(
                                "Act on a value that was sent to the tool and not returned by it",
                                Denial.CONSTRAINT,
                                ANYTHING,
                                from -> {
                                    Admitted context = from.begin(from.plan());
                                    ask(from, context, "attacker");
                                    return pay(from, context, "attacker");
                                }),
                        Attack.of(
                                "Act on a value for which there is a permit, and no receipt yet",
                                Denial.CONSTRAINT,
                                ANYTHING,
                                from -> {
                                    Admitted context = from.begin(from.plan());
                                    from.permit(context, Position.talk("x"));
                                    return pay(from, context, Upstream.WORD);
                                }),
                        Attack.of(
                                "Act on a value that another principal's transaction received",
                                Denial.CONSTRAINT,
                                ANYTHING,
                                from -> {
                                    informed(
                                            from,
                                            from.plan().holder(from.honest().signer("bob")));
                                    return pay(from, from.begin(from.plan()), Upstream.WORD);
                                }),
                        Attack.of(
                                "Act on a value that a failed call was answered with",
                                Denial.CONSTRAINT,
                                ANYTHING,
                                from -> {
                                    Admitted context = from.begin(from.plan());
                                    ask(from, context, "fail");
                                    return pay(from, context, Upstream.WORD);
                                }),
                        Attack.of(
                                "Act twice on a value that is good for one call",
                                Denial.CONSTRAINT,
                                ALWAYS_FRESH,
                                from -> {
                                    Admitted context = informed(from, from.plan());
                                    Position.permitted(from.call(context, "bank.pay", params(Upstream.WORD)));
                                    return pay(from, context, Upstream.WORD);
                                }),
                        Attack.of("Receive a value again to act on it again", Denial.CONSTRAINT, ALWAYS_FRESH, from -> {
                            Admitted context = informed(from, from.plan());
                            Position.permitted(from.call(context, "bank.pay", params(Upstream.WORD)));
                            ask(from, context, "x");
                            return pay(from, context, Upstream.WORD);
                        }),
                        Attack.of(
                                "Have a child receive a value again that its parent has acted on",
                                Denial.CONSTRAINT,
                                ALWAYS_FRESH,
                                from -> {
                                    Admitted parent = informed(from, from.plan());
                                    Position.permitted(from.call(parent, "bank.pay", params(Upstream.WORD)));
                                    Admitted child = Position.begun(from.spawn(parent, Blob.EMPTY));
                                    ask(from, child, "x");
                                    return pay(from, child, Upstream.WORD);
                                }),
                        Attack.of(
                                "Have a child act on what its parent received and did not pass on",
                                Denial.CONSTRAINT,
                                ANYTHING,
                                from -> {
                                    Admitted parent = informed(from, from.plan());
                                    Admitted child = Position.begun(from.spawn(parent, Blob.EMPTY));
                                    return pay(from, child, Upstream.WORD);
                                })));
    }

    private static void ask(Position from, Admitted context, String word) throws IOException {
        Blob params = Position.talk(word);
        from.execute(from.permit(context, params).permit(), params);
    }

    /** A context that the model has told its word. */
    private static Admitted informed(Position from, Plan plan) throws IOException {
        Admitted context = from.begin(plan);
        ask(from, context, "x");
        return context;
    }

    private static Blob params(String iban) {
        return Plan.utf8("{\"iban\":\"%s\"}".formatted(iban));
    }

    private static Result pay(Position from, Admitted context, String iban) throws IOException {
        return Result.of(from.call(context, "bank.pay", params(iban)));
    }
}
