package ambit.cli;

import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.config.Use;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Places;
import ambit.cli.text.Terminal;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Issues grants as {@code ambit.yaml} says, on demand and when a run finds none. */
final class GrantDesk {

    static final Duration VALIDITY = Duration.ofDays(30);

    private final Project project;
    private final Config config;
    private final KeyRing keys;
    private final Map<String, String> environment;
    private final PinnedTools pinned;
    private final GrantBook book;
    private final Terminal terminal;

    GrantDesk(Project project, Config config, KeyRing keys, Map<String, String> environment, Terminal terminal) {
        this.project = project;
        this.config = config;
        this.keys = keys;
        this.environment = environment;
        this.pinned = new PinnedTools(project.places());
        this.book = new GrantBook(project.places(), keys.roots());
        this.terminal = terminal;
    }

    GrantBook book() {
        return book;
    }

    PinnedTools pinned() {
        return pinned;
    }

    KeyRing keys() {
        return keys;
    }

    /**
     * The grant for a run. Issues one where the principal may run the agent and has none that fits, as long as a person has
     * not decided otherwise: what was issued by hand is not replaced, and after a revocation nothing is issued.
     */
    GrantBook.Entry forRun(String principal, Agent agent) {
        // Of several first runs at once only one issues: each grant has a count of its own.
        try {
            Places.makePrivate(project.places().grants());
            try (FileChannel channel = FileChannel.open(
                            project.places().grants().resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                return alone(principal, config.agentFor(agent, principal));
            }
        } catch (IOException e) {
            throw Failure.usage("cannot use " + project.places().grants(), "see who owns it")
                    .because(e);
        }
    }

    private GrantBook.Entry alone(String principal, Agent agent) {
        Blob holder = keys.publicKey(principal);
        Optional<GrantBook.Entry> newest = book.newest(holder, agent.name());
        if (newest.isPresent() && newest.get().revoked().isPresent()) {
            return newest.get();
        }
        boolean usable = newest.isPresent() && !newest.get().expired(Instant.now());
        if (usable && (!newest.get().automatic() || fits(newest.get(), agent))) {
            return newest.get();
        }
        if (newest.isPresent() && !newest.get().automatic()) {
            return newest.get(); // expired: the core says so
        }
        requireMayRun(principal, agent.name());
        if (!keys.canSign(KeyRing.TENANT)) {
            throw Failure.denied(
                    principal + " has no grant for '" + agent.name() + "'",
                    "whoever holds the tenant's key can run 'ambit grant " + principal + " " + agent.name() + "'");
        }
        Discovery found = discover(agent, newest);
        found.requireSame(principal);
        found.keep();
        GrantBook.Entry issued = book.issue(
                keys.signing(KeyRing.TENANT),
                config.tenant(),
                holder,
                terms(agent),
                VALIDITY,
                true,
                KernelDesk.generation(project, config));
        terminal.say("ambit: issued grant " + issued.id() + " to " + principal + " for '" + agent.name() + "', as "
                + project.file().getFileName() + " says" + (newest.isPresent() ? " now" : ""));
        newest.filter(it -> !it.expired(Instant.now())).ifPresent(it -> replaced(it, issued));
        return issued;
    }

    /** One of the two would have counts of its own beside the other's. */
    private void replaced(GrantBook.Entry old, GrantBook.Entry issued) {
        String why = "replaced by grant " + issued.id();
        new RevocationDesk(project, keys, environment, terminal)
                .revoke(old.grant().tenant(), old.grant().id(), why);
        book.markRevoked(old, why);
        terminal.say("ambit: revoked grant " + old.id() + ", in whose place it is");
    }

    /** A grant that is exactly what would be issued today, by the same key where it is here. A definition that is not pinned yet fits nothing. */
    private boolean fits(GrantBook.Entry entry, Agent agent) {
        return missing(agent).isEmpty()
                && (entry.signer().equals(keys.publicKey(KeyRing.TENANT)) || !keys.canSign(KeyRing.TENANT))
                && GrantMaker.Terms.of(entry.grant())
                        .equals(new GrantMaker(config, pinned, keys::publicKey).terms(agent))
                && entry.grant().tenant().equals(config.tenant());
    }

    private void requireMayRun(String principal, String agent) {
        boolean may = config.principal(principal)
                .map(it -> it.mayRun().contains(agent))
                .orElse(false);
        if (!may && config.agent(agent).map(Agent::attended).orElse(false)) {
            throw Failure.denied(
                    principal + " may not use 'ambit memory'",
                    "add it to 'may' of 'memory' in " + project.file().getFileName());
        }
        if (!may) {
            throw Failure.denied(
                    principal + " has no grant for '" + agent + "'",
                    "add '" + agent + "' to 'may-run' of " + principal + " in "
                            + project.file().getFileName() + ", or 'ambit grant " + principal + " " + agent + "'");
        }
    }

    /** The tools of this agent whose definitions are not all pinned. */
    private Set<String> missing(Agent agent) {
        Set<String> missing = new LinkedHashSet<>();
        for (Use use : agent.mayUse()) {
            if (Discovery.isDefined(config.toolOf(use))
                    && pinned.definition(use.tool(), use.operation()).isEmpty()) {
                missing.add(use.tool());
            }
        }
        return missing;
    }

    /**
     * Asks what the agent's tools are now; nothing is kept of it yet. The kernel must be up.
     *
     * @param before the grant that another one is to follow
     */
    Discovery discover(Agent agent, Optional<GrantBook.Entry> before) {
        return Discovery.of(
                config,
                agent,
                pinned,
                before.map(GrantBook.Entry::grant),
                project.file().getFileName());
    }

    GrantMaker.Terms terms(Agent agent) {
        return new GrantMaker(config, pinned, keys::publicKey).terms(agent);
    }

    Agent agent(String name) {
        return config.agent(name)
                .orElseThrow(() -> Failure.usage(
                        "there is no agent '" + name + "' in " + project.file().getFileName(),
                        config.agents().isEmpty()
                                ? "add one below 'agents'"
                                : "there are: "
                                        + String.join(", ", config.agents().keySet())));
    }
}
