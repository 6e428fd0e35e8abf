package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.authority.Forgetting;
import ambit.authority.Request;
import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.KernelPlan;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out what an agent's {@code recall} means today: which of its user's earlier transactions committed the key last, as the verified
 * log says. The request names each of them, so the log shows exactly what was mapped.
 */
final class RecallDesk {
    private final Project project;
    private final Config config;
    private final GrantDesk desk;
    private final KernelPlan plan;
    private final Terminal terminal;

    RecallDesk(Project project, Config config, GrantDesk desk, KernelPlan plan, Terminal terminal) {
        this.project = project;
        this.config = config;
        this.desk = desk;
        this.plan = plan;
        this.terminal = terminal;
    }

    /** What was asked for by hand, and then what the agent recalls; the kernel must be up. */
    List<Request.Inherit> and(List<Request.Inherit> asked, String principal, Agent agent) {
        List<Request.Inherit> all = new ArrayList<>(asked);
        if (!agent.recalls().isEmpty()) {
            List<Left> left = left(desk.keys().publicKey(principal));
            for (Agent.Recall recall : agent.recalls()) {
                all.addAll(recalled(recall, agent, left, principal));
            }
        }
        if (all.size() > Request.MAX_INHERITS) {
            throw Failure.usage(
                    all.size() + " entries are to be inherited, and a request names at most " + Request.MAX_INHERITS,
                    "leave some out, or lower 'last' in 'recall' of '" + agent.name() + "'");
        }
        if (all.stream().map(Request.Inherit::name).distinct().count() != all.size()) {
            throw Failure.usage("two inherited entries have one name", "name them apart: --inherit TXN:KEY=NAME");
        }
        return List.copyOf(all);
    }

    private List<Request.Inherit> recalled(Agent.Recall recall, Agent agent, List<Left> left, String principal) {
        List<Request.Inherit> candidates = left.stream()
                .filter(it -> it.agent().equals(recall.agent().orElse(agent.name())))
                .filter(it -> it.keys().contains(recall.key()))
                .limit(Request.MAX_INHERITS)
                .map(it -> new Request.Inherit(it.transaction(), recall.key()))
                .toList();
        List<Request.Inherit> named = new ArrayList<>();
        for (Request.Inherit it : standing(candidates, principal)) {
            if (named.size() < recall.last()) {
                named.add(new Request.Inherit(it.transaction(), it.key(), recall.as() + "/" + (named.size() + 1)));
            }
        }
        return named;
    }

    /**
     * Those that were not undone since. The memory driver alone knows, so this is asked in a transaction of the memory commands; where the
     * principal may not use them, one that was undone reads as nothing.
     */
    private List<Request.Inherit> standing(List<Request.Inherit> candidates, String principal) {
        Optional<Agent> memory = MemoryDesk.agent(config)
                .filter(it -> config.principal(principal)
                        .map(who -> who.mayRun().contains(it.name()))
                        .orElse(false))
                .filter(it ->
                        it.mayUse().stream().anyMatch(use -> use.capability().equals("memory.history")));
        if (memory.isEmpty() || candidates.isEmpty()) {
            return candidates;
        }
        List<Request.Inherit> mapped = new ArrayList<>();
        for (Request.Inherit it : candidates) {
            mapped.add(new Request.Inherit(it.transaction(), it.key(), "recalled/" + mapped.size()));
        }
        List<Request.Inherit> standing = new ArrayList<>();
        try (MemoryDesk look =
                MemoryDesk.open(project, config, desk, plan, memory.get(), principal, mapped, terminal, "recall")) {
            for (int i = 0; i < mapped.size(); i++) {
                Json history = look.tool(
                        "memory.history",
                        JsonText.object("key", "inherited/" + mapped.get(i).name()));
                if (!(history instanceof Json.Null) && Said.of(history).number("head") > 0) {
                    standing.add(candidates.get(i));
                }
            }
            look.commit();
        }
        return standing;
    }

    /** What one transaction committed of its own memory; the newest comes first. */
    private record Left(String transaction, String agent, List<String> keys) {}

    private List<Left> left(Blob principal) {
        Reader reader = new Reader(config.tenant(), principal);
        Path log = project.places().log();
        if (LogVerifier.read(log, Optional.empty(), LogCommand.coreKey(project), (_, entry) -> reader.take(entry))
                instanceof LogVerifier.Broken(String sentence)) {
            throw LogCommand.broken(sentence);
        }
        return reader.left();
    }

    /** Follows the log. Children are no transactions of the user: what they left, their parent was told. */
    private static final class Reader {
        private final String tenant;
        private final Blob principal;
        private final Map<Blob, Left> open = new LinkedHashMap<>();
        private final List<Left> ended = new ArrayList<>();

        Reader(String tenant, Blob principal) {
            this.tenant = tenant;
            this.principal = principal;
        }

        void take(Entry entry) {
            switch (entry) {
                case Entry.Admitted it
                when it.tenant().equals(tenant) && it.principal().equals(principal) ->
                    open.put(it.context(), new Left(it.transaction(), it.agent(), new ArrayList<>()));
                case Entry.Wrote it -> written(it.context(), it.verdicts());
                case Entry.Ended it -> {
                    written(it.context(), it.verdicts());
                    Left left = open.remove(it.context());
                    if (left != null && !left.keys().isEmpty()) {
                        ended.addFirst(left);
                    }
                }
                case Entry.Forgotten it ->
                    LogLine.forgetting(it).ifPresent(word -> ended.removeIf(left -> forgotten(left, word)));
                default -> {}
            }
        }

        private boolean forgotten(Left left, Forgetting word) {
            return word.covers(left.transaction(), tenant, principal);
        }

        private void written(Blob context, List<Entry.Written> verdicts) {
            Left left = open.get(context);
            if (left != null) {
                verdicts.stream()
                        .filter(Entry.Written::committed)
                        .forEach(it -> left.keys().add(it.key()));
            }
        }

        List<Left> left() {
            return List.copyOf(ended);
        }
    }
}
