package ambit.cli;

import ambit.authority.Constraint.Kind;
import ambit.authority.Grant;
import ambit.boundary.Demand;
import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.config.Limits;
import ambit.cli.config.Tool;
import ambit.cli.supervisor.KernelPlan;
import ambit.cli.text.JsonText;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Says what to run: the agent's command, its view and limits, the tools' definitions, and the same of its children. */
final class SpecMaker {

    private static final String WORKDIR = "/home/agent";
    private static final long OPEN_FILES = 1024;

    private final Config config;
    private final Path directory;
    private final KernelPlan plan;
    private final PinnedTools pinned;
    private final Function<String, Blob> keys;

    SpecMaker(Config config, Path directory, KernelPlan plan, PinnedTools pinned, Function<String, Blob> keys) {
        this.config = config;
        this.directory = directory;
        this.plan = plan;
        this.pinned = pinned;
        this.keys = keys;
    }

    /** The agent with these arguments after its command, and the definitions of what {@code grant} gives it. */
    AgentSpec spec(Agent agent, List<String> arguments, Grant grant) {
        SortedMap<String, String> definitions = new TreeMap<>();
        grant.caps().stream().filter(cap -> !cap.definition().isEmpty()).forEach(cap -> {
            int dot = cap.name().indexOf('.');
            pinned.definition(cap.name().substring(0, dot), cap.name().substring(dot + 1))
                    .ifPresent(definition -> definitions.put(cap.name(), definition));
        });
        config.agents().values().stream()
                .flatMap(any -> any.mayUse().stream())
                .filter(use -> config.toolOf(use) instanceof Tool.Model)
                .forEach(use ->
                        models(use.capability(), grant).ifPresent(names -> definitions.put(use.capability(), names)));
        return spec(agent, arguments, definitions, grant, Blob.EMPTY, agent.boundary());
    }

    /** What an agent that asks which models there are is told: those that the grant's constraint on {@code model} names, if one does. */
    private static Optional<String> models(String capability, Grant grant) {
        return grant.caps().stream()
                .filter(cap -> cap.name().equals(capability))
                .flatMap(cap -> cap.constraints().stream())
                .filter(it -> it.path().equals("model") && (it.kind() == Kind.EQ || it.kind() == Kind.IN))
                .findFirst()
                .map(it -> it.values().stream()
                        .flatMap(value -> value instanceof Json.Str(String name) ? Stream.of(name) : Stream.empty())
                        .toList())
                .map(names -> JsonText.write(JsonText.object("models", names)));
    }

    private AgentSpec spec(
            Agent agent,
            List<String> arguments,
            SortedMap<String, String> definitions,
            Grant grant,
            Blob share,
            Demand boundary) {
        List<String> command = new ArrayList<>(agent.run());
        command.addAll(arguments);
        List<AgentSpec.Mount> mounts = agent.sees().stream()
                .map(mount -> new AgentSpec.Mount(mount.guest(), plan.guestIndex(KernelPlan.host(directory, mount))))
                .toList();
        SortedMap<String, AgentSpec> children = new TreeMap<>();
        for (Agent.Start start : agent.mayStart()) {
            Agent child = config.agentOf(start);
            Blob less = new GrantMaker(config, pinned, keys).share(child, grant).toBlob();
            // A child is never in a weaker boundary than its parent.
            Demand its = child.boundary().atLeast(boundary) ? child.boundary() : boundary;
            children.put(start.agent(), spec(child, List.of(), definitions, grant, less, its));
        }
        return new AgentSpec(
                agent.name(),
                command,
                new TreeMap<>(agent.with()),
                WORKDIR,
                mounts,
                limit(agent.limits()),
                definitions,
                children,
                share,
                boundary.text());
    }

    private static AgentSpec.Limit limit(Limits limits) {
        return new AgentSpec.Limit(
                limits.memory(),
                limits.processes(),
                OPEN_FILES,
                limits.disk(),
                limits.cpu().toSeconds(),
                limits.time().toSeconds(),
                limits.disk());
    }
}
