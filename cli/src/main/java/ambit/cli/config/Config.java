package ambit.cli.config;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What one {@code ambit.yaml} says. Every name that one part uses of another is known to exist. */
public record Config(
        String tenant,
        Map<String, Principal> principals,
        Map<String, Tool> tools,
        Map<String, Agent> agents,
        List<Shipping> shipping,
        Optional<Witnesses> witnesses,
        Optional<URI> webhook,
        Optional<Bodies> bodies) {

    /** A principal that may be there. */
    public Optional<Principal> principal(String name) {
        return Optional.ofNullable(principals.get(name));
    }

    /** An agent that may be there. */
    public Optional<Agent> agent(String name) {
        return Optional.ofNullable(agents.get(name));
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
