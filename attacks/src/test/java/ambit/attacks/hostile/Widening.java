package ambit.attacks.hostile;

import static ambit.attacks.hostile.Defences.ADMISSION;
import static ambit.attacks.hostile.Defences.BLOCK;
import static ambit.attacks.hostile.Defences.CHAIN;
import static ambit.attacks.hostile.Defences.MEMORY_MAP;
import static ambit.attacks.hostile.Defences.core;

import ambit.attacks.hostile.Weakness.Part;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Denial;
import ambit.wire.Syscall;
import java.io.IOException;
import java.util.List;

/** More than was given. */
final class Widening {
    private static final String JSON = "ambit.wire.JsonParser";
    private static final List<Weakness> CONJUNCTS = List.of(Weakness.answering(Part.CORE, BLOCK, "violated", -1));

    private static final List<Weakness> NAMES = List.of(Weakness.answering(Part.CORE, BLOCK, "unnamed", -1));
    private static final List<Weakness> MAPPING = List.of(Weakness.answering(Part.CORE, MEMORY_MAP, "rights", 3));

    private Widening() {}

    static Group group() {
        return new Group(
                "Widening",
                List.of(
                        Attack.of(
                                "Give a child a greater count than its parent has",
                                "2 of 5",
                                Defences.counts(),
                                Widening::greaterCount),
                        Attack.of(
                                "Give a child a constraint that allows what its parent's refuses",
                                Denial.CONSTRAINT,
                                CONJUNCTS,
                                Widening::looserConstraint),
                        Attack.of(
                                "Give a child what may be used and not delegated",
                                "not given",
                                List.of(Weakness.answering(Part.CORE, "ambit.authority.Cap", "mayDelegate", true)),
                                Widening::notDelegable),
                        Attack.of(
                                "Use what may be delegated and not used",
                                Denial.MAY_NOT_USE,
                                List.of(Weakness.answering(Part.CORE, "ambit.authority.Cap", "mayUse", true)),
                                from -> model(from, from.plan().mayUse(false, true), Position.talk("x"))),
                        Attack.of(
                                "Ask for a value that the grant does not allow",
                                Denial.CONSTRAINT,
                                CONJUNCTS,
                                from -> model(from, from.plan(), Position.talk("dear", "x"))),
                        Attack.of(
                                "Send an argument that the grant does not name",
                                Denial.ARGUMENT_NOT_NAMED,
                                NAMES,
                                from -> model(
                                        from, from.plan(), Plan.utf8("{\"model\":\"cheap\",\"tools\":[\"browse\"]}"))),
                        Attack.of(
                                "Leave out an argument that the grant demands",
                                Denial.ARGUMENT_MISSING,
                                List.of(Weakness.answering(Part.CORE, BLOCK, "missing", -1)),
                                from -> model(from, from.plan(), Plan.utf8("{\"messages\":[]}"))),
                        Attack.of(
                                "Name an argument twice, so that core and tool read different values",
                                Denial.MALFORMED,
                                core(JSON, "object", "duplicate JSON key"),
                                from -> model(
                                        from, from.plan(), Plan.utf8("{\"model\":\"dear\",\"model\":\"cheap\"}"))),
                        Attack.of(
                                "Hide a name in half a surrogate pair",
                                Denial.MALFORMED,
                                core(JSON, "string", "lone surrogate in a JSON string"),
                                from -> model(
                                        from,
                                        from.plan(),
                                        Plan.utf8("{\"model\":\"cheap\",\"messages\":\"\\ud800\"}"))),
                        Attack.of(
                                "Add a second document after the parameters",
                                Denial.MALFORMED,
                                core(JSON, "document", "text after the JSON document"),
                                from -> model(
                                        from, from.plan(), Plan.utf8("{\"model\":\"cheap\"}{\"model\":\"dear\"}"))),
                        Attack.of(
                                "Climb out of a directory",
                                Denial.CONSTRAINT,
                                List.of(Weakness.answering(Part.CORE, "ambit.decision.Texts", "isCleanPath", true)),
                                from -> files(from, "{\"path\":\"/repo/../etc/shadow\"}")),
                        Attack.of(
                                "Send a number that is too great, in a text",
                                Denial.CONSTRAINT,
                                CONJUNCTS,
                                from -> files(from, "{\"path\":\"/repo/a\",\"most\":\"5000\"}")),
                        Attack.of(
                                "Send a list where a single value is constrained",
                                Denial.CONSTRAINT,
                                Defences.all(CONJUNCTS, NAMES),
                                from -> files(from, "{\"path\":\"/repo/a\",\"most\":[5000]}")),
                        Attack.of(
                                "Read a key of another namespace",
                                Denial.NOT_MAPPED,
                                MAPPING,
                                from -> memory(from, Syscall.MEMORY_READ, "{\"key\":\"user/secrets/x\"}")),
                        Attack.of(
                                "Read a key that another transaction left and this one did not inherit",
                                Denial.NOT_MAPPED,
                                MAPPING,
                                from -> memory(from, Syscall.MEMORY_READ, "{\"key\":\"inherited/x\"}")),
                        Attack.of(
                                "Write where only reading is granted",
                                Denial.READ_ONLY,
                                MAPPING,
                                from -> memory(from, Syscall.MEMORY_WRITE, "{\"key\":\"user/notes/x\",\"value\":1}")),
                        Attack.of(
                                "Name a partition besides the key",
                                Denial.MALFORMED,
                                List.of(Weakness.assuming(Part.CORE, MEMORY_MAP, "check", "Map.size", 1)),
                                from -> memory(
                                        from, Syscall.MEMORY_READ, "{\"key\":\"a\",\"partition\":\"user/secrets\"}")),
                        Attack.of(
                                "Write more than the quota",
                                Denial.QUOTA,
                                List.of(Weakness.nothing(
                                        Part.DRIVERS, "ambit.drivers.memory.ContextMemory", "checkRoom")),
                                Widening::beyondQuota),
                        Attack.of(
                                "Give a child a namespace that its principal keeps from it",
                                Denial.NOT_MAPPED,
                                List.of(Weakness.nothing(Part.CORE, MEMORY_MAP, "keep")),
                                Widening::childsMemory),
                        Attack.of(
                                "Inherit what another principal's transaction left",
                                Denial.NOT_MAPPED,
                                List.of(Weakness.answering(Part.CORE, Defences.HISTORY, "owns", true)),
                                Widening::inheritance),
                        Attack.of(
                                "Be granted a namespace that there is not",
                                Denial.NOT_MAPPED,
                                core(ADMISSION, "namespaces", "NOT_MAPPED"),
                                from -> Result.of(from.ask(from.plan()
                                        .memory("shared/secrets", 3, 1000)
                                        .papers()
                                        .admit()))),
                        Attack.of(
                                "Have a child have a child, deeper than the grant allows",
                                Denial.DEPTH_EXCEEDED,
                                core(CHAIN, "delegation", "DEPTH_EXCEEDED"),
                                from -> deeper(from, 1)),
                        Attack.of(
                                "Have a child where the grant allows none",
                                Denial.DEPTH_EXCEEDED,
                                core(CHAIN, "delegation", "DEPTH_EXCEEDED"),
                                from -> deeper(from, 0))));
    }

    private static Result model(Position from, Plan plan, Blob params) throws IOException {
        return Result.of(from.call(from.begin(plan), "model.chat", params));
    }

    private static Result files(Position from, String params) throws IOException {
        return Result.of(from.call(from.begin(from.plan()), "files.read", Plan.utf8(params)));
    }

    private static Result memory(Position from, Syscall syscall, String params) throws IOException {
        return Result.of(from.memory(from.begin(from.plan()), syscall, params));
    }

    private static Result greaterCount(Position from) throws IOException {
        Admitted parent = from.begin(from.plan().uses(2));
        Admitted child = Position.begun(from.spawn(parent, Plan.less(Plan.MODEL, 1000)));
        long through = 0;
        for (int i = 0; i < 5; i++) {
            through += Result.of(from.call(child, "model.chat", Position.talk("x")))
                            .succeeded()
                    ? 1
                    : 0;
        }
        return Result.counted(through, 5, 2);
    }

    private static Result looserConstraint(Position from) throws IOException {
        Admitted parent = from.begin(from.plan());
        Admitted child = Position.begun(from.spawn(parent, Plan.less(Plan.MODEL, -1, Plan.anything("model"))));
        return Result.of(from.call(child, "model.chat", Position.talk("dear", "x")));
    }

    private static Result notDelegable(Position from) throws IOException {
        Admitted parent = from.begin(from.plan().mayUse(true, false));
        Admitted child = Position.begun(from.spawn(parent, Blob.EMPTY));
        return Position.has(child, "model.chat") ? Result.success("the child has it") : Result.failed("not given");
    }

    private static Result beyondQuota(Position from) throws IOException {
        Admitted context = from.begin(from.plan().memory("own", 3, 100));
        return Result.of(from.remember(
                context, Syscall.MEMORY_WRITE, "{\"key\":\"a\",\"value\":\"%s\"}".formatted("x".repeat(200))));
    }

    private static Result childsMemory(Position from) throws IOException {
        Admitted parent = from.begin(from.plan().helpersRememberNothing());
        Admitted child = Position.begun(from.spawn(parent, Blob.EMPTY));
        return Result.of(from.memory(child, Syscall.MEMORY_READ, "{\"key\":\"user/notes/x\"}"));
    }

    private static Result inheritance(Position from) throws IOException {
        Admitted theirs = from.begin(from.plan());
        Plan own = from.plan().holder(from.honest().signer("bob")).inherits(theirs.transaction(), "a");
        return Result.of(from.ask(own.papers().admit()));
    }

    private static Result deeper(Position from, int allowed) throws IOException {
        Admitted context = from.begin(from.plan().depth(allowed));
        for (int i = 0; i < allowed; i++) {
            context = Position.begun(from.spawn(context, Blob.EMPTY));
        }
        return Result.of(from.spawn(context, Blob.EMPTY));
    }
}
