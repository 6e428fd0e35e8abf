package ambit.cli;

import ambit.authority.Allowance;
import ambit.authority.Bitmap;
import ambit.authority.Budget;
import ambit.authority.Cap;
import ambit.authority.Cost;
import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Narrowing;
import ambit.authority.Share;
import ambit.authority.approval.Approval;
import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.config.Rule;
import ambit.cli.config.Tool;
import ambit.cli.config.Use;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Says in a grant what {@code ambit.yaml} says of an agent. */
final class GrantMaker {

    /** A capability to start an agent is named like a tool's, {@code agent.helper}. */
    static final String AGENT = "agent";

    private final Config config;
    private final PinnedTools pinned;
    private final Function<String, Blob> keys;

    /** @param keys the public key of an approver of this name */
    GrantMaker(Config config, PinnedTools pinned, Function<String, Blob> keys) {
        this.config = config;
        this.pinned = pinned;
        this.keys = keys;
    }

    /** What a grant is about, without whom it is for and how long. */
    record Terms(String agent, int depth, List<Cap> caps, List<Memory> memory, List<Budget> budgets) {

        static Terms of(Grant grant) {
            return new Terms(grant.agent(), grant.depth(), grant.caps(), grant.memory(), grant.budgets());
        }

        Grant grant(String tenant, Blob id, Blob holder, long notBefore, long expires, long generation) {
            return new Grant(tenant, id, holder, notBefore, expires, depth, agent, caps, memory, generation, budgets);
        }
    }

    Terms terms(Agent agent) {
        int depth = depth(agent);
        List<Cap> caps = new ArrayList<>();
        List<Budget> budgets = agent.budgets().stream()
                .map(budget -> new Budget(budget.name(), budget.atMost()))
                .toList();
        agent.mayUse().forEach(use -> caps.add(tool(use, depth > 0, budgets)));
        Map<String, Integer> flags = new LinkedHashMap<>();
        Map<String, Long> uses = new LinkedHashMap<>();
        for (Agent.Start start : agent.mayStart()) {
            flags.put(start.agent(), Cap.USE);
            uses.put(start.agent(), start.atMost());
            below(config.agentOf(start), flags, uses);
        }
        flags.forEach((name, flag) -> caps.add(new Cap(
                AGENT + "." + name, Cap.CHILD, "", flag, uses.getOrDefault(name, -1L), List.of(), true, Blob.EMPTY)));
        List<Memory> memory = agent.remembers().stream()
                .map(it -> new Memory(it.namespace(), it.rights(), it.quota(), it.terms()))
                .toList();
        return new Terms(agent.name(), depth, List.copyOf(caps), memory, budgets);
    }

    /**
     * What {@code child} gets of {@code grant} when another agent starts it: what its own entry names, with its own constraints and the
     * smaller of its counts.
     */
    Share share(Agent child, Grant grant) {
        Map<String, Cap> own = new LinkedHashMap<>();
        Terms terms = terms(child);
        terms.caps().forEach(cap -> own.put(cap.name(), cap));
        Map<String, Long> perRun = new LinkedHashMap<>();
        child.mayUse().forEach(use -> use.perRun().ifPresent(uses -> perRun.put(use.capability(), uses)));
        List<Integer> drop = new ArrayList<>();
        List<Narrowing> narrowings = new ArrayList<>();
        for (int i = 0; i < grant.caps().size(); i++) {
            Cap cap = own.get(grant.caps().get(i).name());
            if (cap == null) {
                drop.add(i);
            } else {
                long uses = perRun.getOrDefault(cap.name(), cap.uses());
                narrowings.add(new Narrowing(i, cap.constraints(), uses, !cap.other(), cap.rate()));
            }
        }
        List<Allowance> allowances = allowances(
                child,
                grant,
                budget -> budget.perRun().isPresent() ? budget.perRun() : OptionalLong.of(budget.atMost()));
        return new Share(Bitmap.of(drop), narrowings, terms.memory(), allowances);
    }

    /** What a child may start, its parent must be able to hand on. */
    private void below(Agent child, Map<String, Integer> flags, Map<String, Long> uses) {
        for (Agent.Start start : child.mayStart()) {
            flags.merge(start.agent(), Cap.DELEGATE, (left, right) -> left | right);
            uses.putIfAbsent(start.agent(), -1L);
            below(config.agentOf(start), flags, uses);
        }
    }

    private int depth(Agent agent) {
        return agent.mayStart().stream()
                .mapToInt(start -> 1 + depth(config.agentOf(start)))
                .max()
                .orElse(0);
    }

    private Cap tool(Use use, boolean hasChildren, List<Budget> budgets) {
        Tool tool = config.toolOf(use);
        int flags = switch (use.delegation()) {
            case ALLOWED -> hasChildren ? Cap.USE | Cap.DELEGATE : Cap.USE;
            case NEVER -> Cap.USE;
            case ONLY -> Cap.DELEGATE;
        };
        int read = tool.isEffectFree(use.operation()) ? Cap.READ : 0;
        return new Cap(
                use.capability(),
                Cap.TOOL,
                driver(tool),
                flags | read,
                use.atMost().orElse(-1),
                use.rules().stream().map(Rule::constraint).toList(),
                use.others(),
                PinnedTools.hash(definition(tool, use)),
                use.rate(),
                use.costs().stream().map(cost -> cost(cost, budgets)).toList(),
                use.approval().map(this::approval));
    }

    private Approval approval(Use.Approval it) {
        List<Blob> approvers = it.of().stream().map(keys).toList();
        return new Approval(it.need(), approvers, it.seconds(), it.uses(), it.patience());
    }

    private static Cost cost(Use.Spending cost, List<Budget> budgets) {
        int index = budgets.stream().map(Budget::name).toList().indexOf(cost.budget());
        return new Cost(index, cost.kind(), cost.amount(), cost.of());
    }

    /** What one run may spend of a grant's budgets, as {@code per-run} sets it. */
    static List<Allowance> allowances(Agent agent, Grant grant) {
        return allowances(agent, grant, budget -> budget.perRun());
    }

    private static List<Allowance> allowances(Agent agent, Grant grant, Function<Agent.Budget, OptionalLong> limit) {
        List<String> names = grant.budgets().stream().map(Budget::name).toList();
        return agent.budgets().stream()
                .filter(budget ->
                        names.contains(budget.name()) && limit.apply(budget).isPresent())
                .map(budget -> new Allowance(
                        names.indexOf(budget.name()), limit.apply(budget).getAsLong()))
                .toList();
    }

    private Optional<String> definition(Tool tool, Use use) {
        return switch (tool) {
            case Tool.Model _, Tool.Embeddings _ -> Optional.empty();
            case Tool.RemoteMcp _, Tool.LocalMcp _, Tool.Http _, Tool.BuiltIn _ ->
                pinned.definition(tool.name(), use.operation());
        };
    }

    private static String driver(Tool tool) {
        return switch (tool) {
            case Tool.Model _ -> "openai";
            case Tool.BuiltIn builtIn -> builtIn.name();
            case Tool.Embeddings it -> it.name();
            case Tool.Http _ -> "http";
            case Tool.RemoteMcp _, Tool.LocalMcp _ -> "mcp";
        };
    }

    /** What one run takes away from a grant: the counts that {@code per-run} sets. */
    static List<Narrowing> narrowings(Agent agent, Grant grant) {
        List<Narrowing> narrowings = new ArrayList<>();
        for (int i = 0; i < grant.caps().size(); i++) {
            String name = grant.caps().get(i).name();
            int index = i;
            agent.mayUse().stream()
                    .filter(use -> use.capability().equals(name) && use.perRun().isPresent())
                    .forEach(use -> narrowings.add(
                            new Narrowing(index, List.of(), use.perRun().getAsLong(), false)));
        }
        return narrowings;
    }
}
