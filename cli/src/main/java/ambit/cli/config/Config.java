package ambit.cli.config;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What one {@code ambit.yaml} says. Every name that one part uses of another is known to exist.
 *
 * @param mayUndo the principals that may take back what any transaction of the tenant wrote to memory
 */
public record Config(
        String tenant,
        Map<String, Principal> principals,
        Map<String, Tool> tools,
        Map<String, Agent> agents,
        List<Shipping> shipping,
        Optional<Witnesses> witnesses,
        Optional<URI> webhook,
        Optional<Bodies> bodies,
        Optional<Store> store,
        Set<String> mayUndo) {

    /** The one capability of {@link Agent#MEMORY} that reaches beyond the memory of whoever has it. */
    private static final String UNDO = "memory.undo";

    /** A principal that may be there. */
    public Optional<Principal> principal(String name) {
        return Optional.ofNullable(principals.get(name));
    }

    /** An agent that may be there. */
    public Optional<Agent> agent(String name) {
        return Optional.ofNullable(agents.get(name));
    }

    /** An agent as this principal may be granted it. */
    public Agent agentFor(Agent agent, String principal) {
        return agent.attended() && !mayUndo.contains(principal) ? agent.without(UNDO) : agent;
    }

    /** The tool of a capability that this file names; it exists, because the parser saw to it. */
    public Tool toolOf(Use use) {
        return Tool.BuiltIn.of(use.tool())
                .<Tool>map(it -> it)
                .orElseGet(() -> Objects.requireNonNull(tools.get(use.tool())));
    }

    /** An agent that another one may start; it exists, because the parser saw to it. */
    public Agent agentOf(Agent.Start start) {
        return Objects.requireNonNull(agents.get(start.agent()));
    }
}
