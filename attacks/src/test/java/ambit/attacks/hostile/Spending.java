package ambit.attacks.hostile;

import static ambit.attacks.hostile.Defences.counts;
import static ambit.attacks.hostile.Defences.remembering;

import ambit.attacks.hostile.Attack.Meanwhile;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.Syscall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** The same use twice. */
final class Spending {
    private Spending() {}

    static Group group() {
        return new Group(
                "Double spending",
                List.of(
                        Attack.of("Call 48 times at once where five uses are left", "5 of 48", counts(), from -> {
                            Admitted context = from.begin(from.plan().uses(5));
                            return spend(from, List.of(context), 48);
                        }),
                        Attack.of(
                                "Call at once in four transactions of one grant",
                                "5 of 48",
                                counts(),
                                Spending::siblings),
                        Attack.of(
                                "Call at once as parent, child and child of the child",
                                "5 of 48",
                                counts(),
                                from -> spend(
                                        from, generations(from, from.plan().uses(5)), 48)),
                        Attack.of(
                                "Spend a budget 48 times at once where it is enough for five",
                                "5 of 48",
                                counts(),
                                from -> spend(
                                        from, List.of(from.begin(from.plan().budget(5 * Plan.CENTS + 3))), 48)),
                        Attack.of(
                                "Spend a budget as parent, child and child of the child",
                                "5 of 48",
                                counts(),
                                from -> spend(
                                        from, generations(from, from.plan().budget(5 * Plan.CENTS)), 48)),
                        Attack.of(
                                "Call more often in an hour than the rate allows",
                                "5 of 48",
                                List.of(Weakness.answering(Weakness.Part.CORE, Defences.LEDGER, "keepsPace", true)),
                                from -> spend(
                                        from, List.of(from.begin(from.plan().rate(5))), 48)),
                        Attack.of("Begin more children than the grant allows", "2 of 6", counts(), Spending::children),
                        Attack.of(
                                "End a transaction and begin another, to have its uses again",
                                Denial.USES_EXHAUSTED,
                                remembering(),
                                from -> again(from, End.SUCCESS)),
                        Attack.of(
                                "Say that a transaction was killed, to have its uses again",
                                Denial.USES_EXHAUSTED,
                                remembering(),
                                from -> again(from, End.KILLED)),
                        Attack.of(
                                "Have a use back for a permit that was never used",
                                Denial.USES_EXHAUSTED,
                                remembering(),
                                from -> {
                                    Blob grant = from.plan().uses(1).grant();
                                    Admitted context = begin(from, grant);
                                    from.permit(context, Position.talk("never done"));
                                    from.end(context, End.AGENT_FAILED);
                                    return Result.of(from.call(begin(from, grant), "model.chat", Position.talk("x")));
                                }),
                        Attack.late(
                                "Have the uses again after the core was killed",
                                Denial.USES_EXHAUSTED.name(),
                                remembering(),
                                Meanwhile.CORE_IS_KILLED,
                                from -> spent(from, 3),
                                (from, grant) ->
                                        Result.of(from.call(begin(from, grant), "model.chat", Position.talk("x")))),
                        Attack.late(
                                "Have a use back whose permit was never used when the core was killed",
                                Denial.USES_EXHAUSTED.name(),
                                remembering(),
                                Meanwhile.CORE_IS_KILLED,
                                from -> spent(from, 1),
                                (from, grant) ->
                                        Result.of(from.call(begin(from, grant), "model.chat", Position.talk("x")))),
                        Attack.late(
                                "Have the uses again out of an older copy of the core's state",
                                Result.NOT_STARTED.answer(),
                                List.of(Weakness.nothing(
                                        Weakness.Part.CORE, "ambit.log.GroupCommitJournal", "requireContinued")),
                                Meanwhile.STATE_IS_ROLLED_BACK,
                                from -> spent(from, 1),
                                (from, grant) ->
                                        Result.of(from.call(begin(from, grant), "model.chat", Position.talk("x"))))));
    }

    private static Admitted begin(Position from, Blob grant) throws IOException {
        return Position.begun(from.ask(from.plan().papers(grant).admit()));
    }

    /** A grant of so many uses, all of which were used. */
    private static Blob spent(Position from, int uses) throws IOException {
        Blob grant = from.plan().uses(uses).grant();
        Admitted context = begin(from, grant);
        for (int i = 0; i < uses; i++) {
            from.permit(context, Position.talk("x"));
        }
        return grant;
    }

    private static Result again(Position from, End how) throws IOException {
        Blob grant = from.plan().uses(2).grant();
        for (int i = 0; i < 2; i++) {
            Admitted context = begin(from, grant);
            from.permit(context, Position.talk("x"));
            from.end(context, how);
        }
        return Result.of(from.call(begin(from, grant), "model.chat", Position.talk("x")));
    }

    private static Result spend(Position from, List<Admitted> contexts, int calls) throws IOException {
        return spend(from, contexts, Position.talk("x"), calls);
    }

    /** Makes a call from all of these contexts, on eight connections at once; five may be permitted. */
    static Result spend(Position from, List<Admitted> contexts, Blob params, int calls) throws IOException {
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int line = 0; line < 8; line++) {
            int first = line;
            tasks.add(() -> {
                long through = 0;
                try (Line core = from.core()) {
                    for (int i = first; i < calls; i += 8) {
                        Admitted context = contexts.get(i % contexts.size());
                        BrokerToCore.Decide decide = new BrokerToCore.Decide(
                                context.context(), Syscall.TOOL_CALL, Position.handle(context, "model.chat"), params);
                        CoreToBroker answer = CoreToBroker.fromCbor(core.ask(decide.toCbor()));
                        through += answer instanceof Permitted ? 1 : 0;
                    }
                }
                return through;
            });
        }
        long through = Position.together(tasks).stream().mapToLong(each -> each).sum();
        return Result.counted(through, calls, 5);
    }

    private static Result siblings(Position from) throws IOException {
        Blob grant = from.plan().uses(5).grant();
        List<Admitted> contexts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            contexts.add(begin(from, grant));
        }
        return spend(from, contexts, 48);
    }

    private static List<Admitted> generations(Position from, Plan plan) throws IOException {
        Admitted parent = from.begin(plan);
        Admitted child = Position.begun(from.spawn(parent, Blob.EMPTY));
        Admitted childOfChild = Position.begun(from.spawn(child, Blob.EMPTY));
        return List.of(parent, child, childOfChild);
    }

    private static Result children(Position from) throws IOException {
        Admitted parent = from.begin(from.plan().helpers(2));
        long through = 0;
        for (int i = 0; i < 6; i++) {
            through += from.spawn(parent, Blob.EMPTY) instanceof Admitted ? 1 : 0;
        }
        return Result.counted(through, 6, 2);
    }
}
