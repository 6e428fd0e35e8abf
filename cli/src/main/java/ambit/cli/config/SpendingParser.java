package ambit.cli.config;

import ambit.authority.Cap;
import ambit.authority.Cost;
import ambit.authority.Grant;
import ambit.authority.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads what runs may spend: {@code budgets} of an agent, {@code costs} and {@code rate} of a capability. */
final class SpendingParser {
    private static final Pattern BUDGET = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern METER = Pattern.compile("tokens|input-tokens|output-tokens|bytes");
    private static final Pattern ARGUMENT = Pattern.compile("[^\\x00-\\x1f\\x7f]{1,256}");
    private static final List<String> LIMITS = List.of("at-most", "per-run");
    private static final List<String> COST = List.of("argument", "times", "meter", "at-most");
    private static final List<String> RATE = List.of("uses", "per");
    private static final long MOST = 1_000_000_000_000_000L;

    private final Problems problems;

    SpendingParser(Problems problems) {
        this.problems = problems;
    }

    List<Agent.Budget> budgets(Node node) {
        List<Agent.Budget> budgets = new ArrayList<>();
        Fields fields = Fields.open(problems, "'budgets'", node);
        refuseMoreThan(Grant.MAX_BUDGETS, fields, "budgets of one agent");
        for (Node.Entry entry : fields.all()) {
            if (!BUDGET.matcher(entry.key()).matches()) {
                problems.error(
                        entry.at(),
                        "'" + Fields.shortened(entry.key()) + "' is not a name for a budget",
                        "lower case, digits and -, such as cents or tokens");
                continue;
            }
            budget(fields, entry).ifPresent(budgets::add);
        }
        return List.copyOf(budgets);
    }

    private Optional<Agent.Budget> budget(Fields fields, Node.Entry entry) {
        if (!(entry.value() instanceof Node.Mapping)) {
            return count(fields, entry.value())
                    .map(most -> new Agent.Budget(entry.at(), entry.key(), most, OptionalLong.empty()));
        }
        Fields limits = Fields.closed(problems, "the budget '" + entry.key() + "'", entry.value(), LIMITS);
        Optional<Long> perRun = limits.optional("per-run").flatMap(node -> count(limits, node));
        return limits.required("at-most", "10000")
                .flatMap(node -> count(limits, node))
                .map(most -> new Agent.Budget(
                        entry.at(),
                        entry.key(),
                        most,
                        perRun.map(OptionalLong::of).orElse(OptionalLong.empty())));
    }

    private void refuseMoreThan(int most, Fields fields, String what) {
        if (fields.all().size() > most) {
            problems.error(fields.at(), "there can be " + most + " " + what, "leave some out");
        }
    }

    private static Optional<Long> count(Fields fields, Node node) {
        OptionalLong count = fields.count(node, 1, MOST);
        return count.isPresent() ? Optional.of(count.getAsLong()) : Optional.empty();
    }

    /** What one call spends: of each budget a number, or what an argument or a meter says. */
    List<Use.Spending> costs(Node node) {
        List<Use.Spending> costs = new ArrayList<>();
        Fields fields = Fields.open(problems, "'costs'", node);
        refuseMoreThan(Cap.MAX_COSTS, fields, "costs of one capability");
        for (Node.Entry entry : fields.all()) {
            if (entry.value() instanceof Node.Mapping) {
                cost(entry).ifPresent(costs::add);
            } else {
                count(fields, entry.value())
                        .ifPresent(amount ->
                                costs.add(new Use.Spending(entry.at(), entry.key(), Cost.Kind.CALL, amount, "")));
            }
        }
        return List.copyOf(costs);
    }

    private Optional<Use.Spending> cost(Node.Entry entry) {
        Fields fields = Fields.closed(problems, "the cost '" + entry.key() + "'", entry.value(), COST);
        if (fields.has("argument") == fields.has("meter")) {
            problems.error(
                    entry.at(),
                    "the cost '" + entry.key() + "' names an argument or a meter",
                    "for example {argument: amount, times: 100} or {meter: tokens, at-most: 4000}");
            return Optional.empty();
        }
        if (fields.has("argument")) {
            fields.refuse("at-most", "an argument says itself how much", "bound it in 'where'");
            long times = fields.optional("times")
                    .flatMap(node -> count(fields, node))
                    .orElse(1L);
            return fields.optional("argument")
                    .flatMap(node -> fields.text(node, ARGUMENT, "the name of an argument"))
                    .map(path -> new Use.Spending(entry.at(), entry.key(), Cost.Kind.ARGUMENT, times, path));
        }
        fields.refuse("times", "a meter counts one for one", "leave it out");
        Optional<Long> most = fields.required("at-most", "4000").flatMap(node -> count(fields, node));
        return fields.optional("meter")
                .flatMap(node -> fields.text(node, METER, "tokens, input-tokens, output-tokens or bytes"))
                .flatMap(meter -> most.map(
                        amount -> new Use.Spending(entry.at(), entry.key(), Cost.Kind.METERED, amount, meter)));
    }

    Optional<Rate> rate(Node node) {
        Fields fields = Fields.closed(problems, "'rate'", node, RATE);
        Optional<Long> uses = fields.required("uses", "5").flatMap(value -> count(fields, value));
        Optional<Duration> per = fields.required("per", "1 min")
                .flatMap(value -> fields.quantity(value, Quantity::duration, Quantity.TIME_EXAMPLE));
        if (per.isPresent() && (per.get().toMillis() % 1000 != 0 || per.get().toSeconds() > Rate.MAX_SECONDS)) {
            problems.error(
                    fields.optional("per").orElse(node).at(),
                    "'per' is counted in whole seconds, up to a year",
                    "for example 'per: 1 min'");
            return Optional.empty();
        }
        return uses.flatMap(count -> per.map(window -> new Rate(count, window.toSeconds())));
    }

    /** Refuses a cost of a budget that the agent does not have. */
    void requireBudgets(List<Use> uses, List<Agent.Budget> budgets) {
        List<String> names = budgets.stream().map(Agent.Budget::name).toList();
        for (Use use : uses) {
            for (Use.Spending cost : use.costs()) {
                if (!names.contains(cost.budget())) {
                    problems.error(
                            cost.at(),
                            "the agent has no budget '" + Fields.shortened(cost.budget()) + "'",
                            "add it to the agent's 'budgets'");
                }
            }
        }
    }
}
