package ambit.attacks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An {@code ambit.yaml} for tests, part by part. Paths are relative to the installation's directory. */
public final class Configuration {
    /** How every agent's program starts: it runs the Python program that it is given as input. */
    static final String RUN = """
            run: [/usr/bin/python3, /guest/run.py]
                sees: {/guest: guest}
            """.stripTrailing();

    private final Map<String, String> principals = new LinkedHashMap<>();
    private final Map<String, String> tools = new LinkedHashMap<>();
    private final Map<String, String> agents = new LinkedHashMap<>();
    private final List<String> ships = new ArrayList<>();
    private String webhook = "";
    private String more = "";
    private String tenant = "acme";

    private Configuration() {}

    /**
     * Two principals, a model, an MCP server, an agent {@code probe} that may use most of it without a count, and an agent
     * {@code child} that it may start.
     */
    public static Configuration usual() {
        return new Configuration()
                .principal("alice", "probe")
                .principal("bob", "probe")
                .tool("model", "{driver: openai, at: \"MODEL\", credential: \"env:MODEL_KEY\", time-out: 5 s}")
                .tool("exact", exact(""))
                .agent("probe", """
                        may-use:
                          model.chat: {where: any}
                          exact.echo: {where: {text: any}}
                          exact.effect: {where: {name: {glob: "*"}}}
                          exact.look: {where: {path: {under: /server}}}
                          exact.remember: {where: {value: any}}
                          exact.recall: {where: any}
                          exact.slow: {where: {ms: {max: 20000}}}
                        remembers: {own: 1 MiB, user/notes: read-write}
                        may-start: {child: 1000}
                        """)
                .agent("child", """
                        may-use:
                          exact.echo: {where: {text: any}}
                          exact.effect: {where: {name: any}}
                        remembers: {own: 1 MiB}
                        """);
    }

    /** The exact server with more arguments. */
    static String exact(String arguments) {
        return "{driver: mcp, run: [/usr/bin/python3, /server/exact.py, --effects, /effects/done" + arguments
                + "], sees: {/server: server}, writes: {/effects: effects}, credential: \"env:EXACT_KEY\","
                + " credential-as: EXACT_KEY, time-out: 20 s, effect-free: [echo, credential, recall, look]}";
    }

    public Configuration principal(String name, String... mayRun) {
        principals.put(name, "{may-run: [" + String.join(", ", mayRun) + "]}");
        return this;
    }

    public Configuration tool(String name, String flow) {
        tools.put(name, flow);
        return this;
    }

    /** An agent that runs Python; {@code rest} is what it may touch. */
    public Configuration agent(String name, String rest) {
        agents.put(name, RUN + "\n" + rest.indent(4).stripTrailing());
        return this;
    }

    /** Another tenant than {@code acme}. */
    public Configuration tenant(String name) {
        tenant = name;
        return this;
    }

    /** A section of its own, with all of its lines given. */
    public Configuration section(String lines) {
        more += lines + "\n";
        return this;
    }

    /** An agent with all of its lines given. */
    Configuration rawAgent(String name, String lines) {
        agents.put(name, lines.indent(4).strip());
        return this;
    }

    /** Where the log's events are sent. */
    Configuration ship(String to) {
        ships.add(to);
        return this;
    }

    /** Where approvers are told of what waits for them. */
    Configuration webhook(String address) {
        webhook = "approvals: {webhook: \"" + address + "\"}\n";
        return this;
    }

    String yaml(Path root, ScriptedModel model) {
        StringBuilder yaml = new StringBuilder("tenant: " + tenant + "\nprincipals:\n");
        principals.forEach((name, value) -> yaml.append("  %s: %s\n".formatted(name, value)));
        yaml.append(webhook).append("tools:\n");
        tools.forEach((name, value) -> yaml.append("  %s: %s\n".formatted(name, value)));
        yaml.append("agents:\n");
        agents.forEach((name, value) -> yaml.append("  %s:\n    %s\n".formatted(name, value)));
        if (!ships.isEmpty()) {
            yaml.append("log: {ship: [\"").append(String.join("\", \"", ships)).append("\"]}\n");
        }
        yaml.append(more);
        return yaml.toString().replace("MODEL\"", model.address() + "\"").replace("ROOT", root.toString());
    }
}
