package ambit.cli.config;

import ambit.authority.Rate;
import ambit.boundary.Demand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads one entry of {@code agents}. */
final class AgentParser {

    static final long MOST_USES = 1_000_000_000L;
    static final long MOST_CHILDREN = 10_000;

    private static final List<String> AGENT = List.of(
            "run",
            "sees",
            "with",
            "budgets",
            "may-use",
            "remembers",
            "may-start",
            "recall",
            "limits",
            "boundary",
            BodiesParser.OWN);
    private static final List<String> USE =
            List.of("where", "at-most", "per-run", "delegate", "rate", "costs", "approval");
    private static final List<String> LIMITS = List.of("memory", "processes", "time", "cpu", "disk", "output");

    private static final Pattern BOUNDARY = Pattern.compile("[a-z:]{1,32}");

    private final Problems problems;
    private final RuleParser rules;
    private final SpendingParser spending;
    private final ApprovalParser approvals;
    private final MemoryParser memory;

    AgentParser(Problems problems, MemoryParser memory) {
        this.problems = problems;
        this.rules = new RuleParser(problems);
        this.spending = new SpendingParser(problems);
        this.approvals = new ApprovalParser(problems);
        this.memory = memory;
    }

    Optional<Agent> agent(Node.Entry entry) {
        Fields fields = Fields.closed(problems, "the agent '" + entry.key() + "'", entry.value(), AGENT);
        if (!(entry.value() instanceof Node.Mapping)) {
            return Optional.empty();
        }
        List<Agent.Budget> budgets =
                fields.optional("budgets").map(spending::budgets).orElse(List.of());
        List<Use> uses = fields.optional("may-use").map(this::uses).orElse(List.of());
        spending.requireBudgets(uses, budgets);
        return Optional.of(new Agent(
                entry.at(),
                entry.key(),
                fields.required("run", "[python3, /agent/agent.py]")
                        .map(fields::command)
                        .orElse(List.of()),
                fields.optional("sees")
                        .map(node -> fields.mounts(node, "'sees'"))
                        .map(sees -> fields.refuseNested(sees, List.of()))
                        .orElse(List.of()),
                fields.optional("with")
                        .map(node -> fields.environment(node, "'with'"))
                        .orElse(Map.of()),
                budgets,
                uses,
                fields.optional("remembers").map(memory::memories).orElse(List.of()),
                fields.optional("may-start").map(this::starts).orElse(List.of()),
                fields.optional("limits").map(this::limits).orElse(Limits.DEFAULT),
                fields.optional("recall").map(memory::recalls).orElse(List.of()),
                fields.optional("boundary")
                        .flatMap(node -> boundary(fields, node))
                        .orElse(Demand.ANY),
                new BodiesParser(problems).own(fields, EnumSet.allOf(Bodies.Kept.class))));
    }

    List<Use> uses(Node node) {
        List<Use> uses = new ArrayList<>();
        for (Node.Entry entry : Fields.open(problems, "'may-use'", node).all()) {
            if (!Names.CAPABILITY.matcher(entry.key()).matches()) {
                problems.error(
                        entry.at(),
                        "'" + Fields.shortened(entry.key()) + "' is not a capability",
                        "write tool.operation, such as git.git_log or model.chat");
                continue;
            }
            uses.add(use(entry));
        }
        return List.copyOf(uses);
    }

    private Use use(Node.Entry entry) {
        String what = "the capability '" + entry.key() + "'";
        // 'model.chat:' with nothing behind it is the shortest way to say "without conditions".
        Node value =
                entry.value() instanceof Node.Nothing(Position at) ? new Node.Mapping(at, List.of()) : entry.value();
        Fields fields = Fields.closed(problems, what, value, USE);
        boolean builtIn = Tool.BuiltIn.of(entry.key().substring(0, entry.key().indexOf('.')))
                .isPresent();
        if (!fields.has("where") && value instanceof Node.Mapping && !builtIn) {
            problems.warn(
                    entry.at(),
                    what + " allows any arguments",
                    "say which with 'where: {...}', or mean it with 'where: any'");
        }
        RuleParser.Where where =
                fields.optional("where").map(rules::where).orElse(new RuleParser.Where(List.of(), true));
        Use.Delegation delegation =
                fields.optional("delegate").flatMap(this::delegation).orElse(Use.Delegation.ALLOWED);
        return new Use(
                entry.at(),
                entry.key(),
                where.rules(),
                where.others(),
                uses(fields, "at-most"),
                uses(fields, "per-run"),
                delegation,
                fields.optional("rate").flatMap(spending::rate).orElse(Rate.NONE),
                fields.optional("costs").map(spending::costs).orElse(List.of()),
                fields.optional("approval").flatMap(node -> approvals.approval(entry, node)));
    }

    private static OptionalLong uses(Fields fields, String key) {
        return fields.optional(key)
                .map(node -> fields.count(node, 1, MOST_USES))
                .orElse(OptionalLong.empty());
    }

    private Optional<Demand> boundary(Fields fields, Node node) {
        return fields.text(node, BOUNDARY, "a boundary").flatMap(text -> {
            try {
                return Optional.of(Demand.parse(text));
            } catch (IllegalArgumentException e) {
                problems.error(node.at(), String.valueOf(e.getMessage()), "'ambit boundary check' says what is here");
                return Optional.empty();
            }
        });
    }

    private Optional<Use.Delegation> delegation(Node node) {
        return switch (node) {
            case Node.Flag(Position _, boolean yes) -> Optional.of(yes ? Use.Delegation.ALLOWED : Use.Delegation.NEVER);
            case Node.Text(Position _, String word) when word.equals("only") -> Optional.of(Use.Delegation.ONLY);
            default -> {
                problems.error(
                        node.at(),
                        "'delegate' is true, false or only",
                        "'only' keeps it from the agent itself and lets its children have it");
                yield Optional.empty();
            }
        };
    }

    private List<Agent.Start> starts(Node node) {
        List<Agent.Start> starts = new ArrayList<>();
        Fields fields = Fields.open(problems, "'may-start'", node);
        for (Node.Entry entry : fields.all()) {
            fields.count(entry.value(), 1, MOST_CHILDREN)
                    .ifPresent(count -> starts.add(new Agent.Start(entry.at(), entry.key(), count)));
        }
        return List.copyOf(starts);
    }

    private Limits limits(Node node) {
        Fields fields = Fields.closed(problems, "'limits'", node, LIMITS);
        Limits usual = Limits.DEFAULT;
        return new Limits(
                size(fields, "memory", usual.memory()),
                fields.optional("processes")
                        .map(value -> fields.count(value, 1, 65_536))
                        .orElse(OptionalLong.empty())
                        .orElse(usual.processes()),
                time(fields, "time", usual.time()),
                time(fields, "cpu", usual.cpu()),
                size(fields, "disk", usual.disk()),
                size(fields, "output", usual.output()));
    }

    private static long size(Fields fields, String key, long otherwise) {
        return read(fields, key, Quantity::bytes, Quantity.SIZE_EXAMPLE).orElse(otherwise);
    }

    /** Limits of time are whole seconds, for that is what the kernel of the machine counts in. */
    private Duration time(Fields fields, String key, Duration otherwise) {
        Optional<Duration> time = read(fields, key, Quantity::duration, Quantity.TIME_EXAMPLE);
        if (time.isPresent() && time.get().toMillis() % 1000 != 0) {
            problems.error(
                    fields.optional(key).orElseThrow().at(),
                    "'" + key + "' is counted in whole seconds",
                    "for example '" + key + ": " + (time.get().toSeconds() + 1) + " s'");
        }
        return time.orElse(otherwise);
    }

    private static <T> Optional<T> read(
            Fields fields, String key, Function<String, Optional<T>> parse, String expected) {
        return fields.optional(key).flatMap(node -> fields.quantity(node, parse, expected));
    }
}
