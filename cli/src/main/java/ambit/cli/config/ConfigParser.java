package ambit.cli.config;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Reads the whole file, and checks that every name which one part uses of another exists. */
final class ConfigParser {

    private static final List<String> TOP =
            List.of("tenant", "principals", "tools", "agents", "memory", "embeddings", "log", "approvals", "bodies");
    private static final List<String> PRINCIPAL = List.of("may-run");

    private final Problems problems;
    private final MemoryParser memory;

    /** @param directory where the paths of schemas begin; none are read without */
    ConfigParser(Problems problems, Optional<Path> directory) {
        this.problems = problems;
        this.memory = new MemoryParser(problems, directory);
    }

    Optional<Config> config(Node root) {
        Fields fields = Fields.closed(problems, "the file", root, TOP);
        if (!(root instanceof Node.Mapping)) {
            return Optional.empty();
        }
        String tenant = fields.required("tenant", "acme")
                .flatMap(node -> fields.text(node, Names.NAME, "a short name (a-z, 0-9, -)"))
                .orElse("");
        Map<String, Node.Entry> toolNodes = named(fields, "tools");
        Map<String, Node.Entry> agentNodes = named(fields, "agents");
        Map<String, Node.Entry> principalNodes = named(fields, "principals");

        Map<String, Tool> tools = new LinkedHashMap<>();
        ToolParser toolParser = new ToolParser(problems);
        toolNodes.values().stream()
                .filter(entry -> Tool.BuiltIn.of(entry.key()).isPresent())
                .forEach(entry -> problems.error(
                        entry.at(), "the tool '" + entry.key() + "' is built in", "give yours another name"));
        toolNodes.values().forEach(entry -> toolParser.tool(entry).ifPresent(tool -> tools.put(entry.key(), tool)));
        fields.optional("embeddings").flatMap(toolParser::embeddings).ifPresent(it -> tools.put(it.name(), it));
        Map<String, Agent> agents = new LinkedHashMap<>();
        AgentParser agentParser = new AgentParser(problems, memory);
        agentNodes
                .values()
                .forEach(entry -> agentParser.agent(entry).ifPresent(agent -> agents.put(entry.key(), agent)));
        Map<String, Principal> principals = new LinkedHashMap<>();
        principalNodes.values().forEach(entry -> principals.put(entry.key(), principal(entry, agentNodes.keySet())));
        Optional<MemoryParser.Section> section =
                fields.optional("memory").flatMap(node -> memory.section(node, agentParser));
        section.ifPresent(it -> add(it, agents, principals));

        ApprovalParser approvals = new ApprovalParser(problems);
        for (Agent agent : agents.values()) {
            for (Agent.Start start : agent.mayStart()) {
                Optional.ofNullable(agents.get(start.agent()))
                        .ifPresent(child -> approvals.requireInParents(agent, child));
            }
            checkUses(agent, toolNodes.keySet(), tools);
            checkStarts(agent, agentNodes.keySet());
            checkRecalls(agent, agentNodes.keySet());
        }
        refuseCircles(agents);
        LogParser.Log log =
                fields.optional("log").map(new LogParser(problems)::log).orElse(LogParser.Log.NOTHING);
        Optional<Bodies> bodies = fields.optional("bodies").flatMap(new BodiesParser(problems)::bodies);
        if (!fields.has("bodies")) {
            agents.values().stream()
                    .filter(agent -> agent.keepBodies().isPresent())
                    .forEach(agent -> withoutBodies(agent.at(), agent.name()));
            tools.values().stream()
                    .filter(tool -> tool.keepBodies().isPresent())
                    .forEach(tool -> withoutBodies(tool.at(), tool.name()));
        }
        return Optional.of(new Config(
                tenant,
                java.util.Collections.unmodifiableMap(principals),
                java.util.Collections.unmodifiableMap(tools),
                java.util.Collections.unmodifiableMap(agents),
                log.shipping(),
                log.witnesses(),
                fields.optional("approvals").flatMap(approvals::webhook),
                bodies,
                fields.optional("memory").flatMap(memory::store),
                section.map(MemoryParser.Section::mayUndo).orElse(Set.of())));
    }

    private void add(MemoryParser.Section section, Map<String, Agent> agents, Map<String, Principal> principals) {
        Agent other = agents.put(Agent.MEMORY, section.agent());
        if (other != null) {
            problems.error(
                    other.at(),
                    "'" + Agent.MEMORY + "' is what the section 'memory' describes",
                    "give the agent another name");
        }
        for (String name : Stream.concat(section.may().stream(), section.mayUndo().stream())
                .distinct()
                .toList()) {
            Principal principal = principals.get(name);
            if (principal == null) {
                problems.error(
                        section.agent().at(),
                        "'memory' names '" + name + "', and there is no such principal",
                        Names.hint(name, principals.keySet()));
            } else {
                List<String> more = Stream.concat(principal.mayRun().stream(), Stream.of(Agent.MEMORY))
                        .toList();
                principals.put(name, new Principal(principal.at(), name, more));
            }
        }
    }

    private void withoutBodies(Position at, String name) {
        problems.error(
                at,
                "'" + name + "' says which bodies are kept, and the file does not say for how long",
                "add 'bodies: {keep: [], for: 30 d}' beside 'tenant'");
    }

    private Map<String, Node.Entry> named(Fields top, String section) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>();
        top.optional(section).ifPresent(node -> {
            for (Node.Entry entry :
                    Fields.open(problems, "'" + section + "'", node).all()) {
                if (!Names.NAME.matcher(entry.key()).matches()) {
                    problems.error(
                            entry.at(),
                            "'" + Fields.shortened(entry.key()) + "' cannot be a name",
                            "a-z, 0-9 and -, beginning with a letter, at most 32");
                }
                entries.put(entry.key(), entry);
            }
        });
        return entries;
    }

    private Principal principal(Node.Entry entry, Set<String> agents) {
        Fields fields = Fields.closed(problems, "the principal '" + entry.key() + "'", entry.value(), PRINCIPAL);
        List<String> mayRun = List.of();
        Optional<Node> list = fields.optional("may-run");
        if (list.isPresent()) {
            mayRun = List.copyOf(fields.names(list.get(), Names.NAME, "name of an agent"));
            for (Node item : list.get() instanceof Node.Sequence sequence ? sequence.items() : List.<Node>of()) {
                if (item instanceof Node.Text(Position at, String agent)
                        && Names.NAME.matcher(agent).matches()
                        && !agents.contains(agent)) {
                    problems.error(at, "there is no agent '" + agent + "'", Names.hint(agent, agents));
                }
            }
        }
        return new Principal(entry.at(), entry.key(), mayRun);
    }

    private void checkUses(Agent agent, Set<String> names, Map<String, Tool> tools) {
        for (Use use : agent.mayUse()) {
            Tool tool = tools.get(use.tool());
            Optional<Tool.BuiltIn> builtIn = Tool.BuiltIn.of(use.tool());
            if (builtIn.isPresent()) {
                checkBuiltIn(use, builtIn.get());
            } else if (!names.contains(use.tool())) {
                problems.error(use.at(), "there is no tool '" + use.tool() + "'", Names.hint(use.tool(), names));
            } else if (tool instanceof Tool.Model && !Tool.Model.OPERATIONS.contains(use.operation())) {
                problems.error(
                        use.at(),
                        "the model '" + use.tool() + "' has no operation '" + use.operation() + "'",
                        "its operations are '" + use.tool() + ".chat' and '" + use.tool() + ".responses'");
            } else if (tool instanceof Tool.Http http && !http.has(use.operation())) {
                problems.error(
                        use.at(),
                        "the API '" + use.tool() + "' has no operation '" + use.operation() + "'",
                        "it has '" + use.tool() + ".read' and, with 'methods: [POST]', '" + use.tool() + ".request'");
            }
        }
    }

    private void checkBuiltIn(Use use, Tool.BuiltIn tool) {
        if (!tool.has(use.operation())) {
            Set<String> all = new TreeSet<>(tool.reads());
            all.addAll(tool.effects());
            problems.error(
                    use.at(),
                    "'" + use.tool() + "' has no operation '" + use.operation() + "'",
                    Names.hint(use.operation(), all));
        }
    }

    private void checkRecalls(Agent agent, Set<String> agents) {
        for (Agent.Recall recall : agent.recalls()) {
            recall.agent()
                    .filter(name -> !agents.contains(name))
                    .ifPresent(name ->
                            problems.error(recall.at(), "there is no agent '" + name + "'", Names.hint(name, agents)));
        }
    }

    private void checkStarts(Agent agent, Set<String> agents) {
        for (Agent.Start start : agent.mayStart()) {
            if (!agents.contains(start.agent())) {
                problems.error(
                        start.at(), "there is no agent '" + start.agent() + "'", Names.hint(start.agent(), agents));
            }
        }
    }

    /** An agent that could start itself would have no finite description. */
    private void refuseCircles(Map<String, Agent> agents) {
        for (Agent agent : agents.values()) {
            for (Agent.Start start : agent.mayStart()) {
                if (reaches(agents, start.agent(), agent.name())) {
                    problems.error(
                            start.at(),
                            "'" + agent.name() + "' would start itself" + through(start.agent(), agent.name()),
                            "the agents that start each other must not form a circle");
                }
            }
        }
    }

    private static String through(String child, String agent) {
        return child.equals(agent) ? "" : " through '" + child + "'";
    }

    private static boolean reaches(Map<String, Agent> agents, String from, String target) {
        Set<String> seen = new java.util.HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(from));
        while (!open.isEmpty()) {
            String name = open.pop();
            if (name.equals(target)) {
                return true;
            }
            Agent agent = agents.get(name);
            if (agent != null && seen.add(name)) {
                agent.mayStart().forEach(start -> open.push(start.agent()));
            }
        }
        return false;
    }
}
