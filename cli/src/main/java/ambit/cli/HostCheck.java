package ambit.cli;

import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.config.Credential;
import ambit.cli.config.Mount;
import ambit.cli.config.Position;
import ambit.cli.config.Problem;
import ambit.cli.config.Tool;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.KernelPlan;
import ambit.cli.supervisor.Places;
import ambit.cli.text.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What {@code ambit.yaml} says against what is on this machine: paths that exist, credentials that are there. */
final class HostCheck {

    private final Project project;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    private HostCheck(Project project) {
        this.project = project;
    }

    /** Everything that the file names. */
    static HostCheck of(Project project, Config config, Map<String, String> environment) {
        HostCheck check = of(project, config.tools().values(), config.agents().values(), environment);
        config.shipping()
                .forEach(it -> it.at()
                        .ifPresent(at -> it.credential()
                                .ifPresent(credential -> check.credential(at, it.to(), credential, environment))));
        return check;
    }

    /** What it takes to run one agent: its own, its children's, and the tools that they use. */
    static HostCheck of(Project project, Config config, Agent agent, Map<String, String> environment) {
        Set<Agent> agents = new LinkedHashSet<>();
        gather(config, agent, agents);
        Set<Tool> tools = new LinkedHashSet<>();
        agents.forEach(one -> one.mayUse().forEach(use -> tools.add(config.toolOf(use))));
        return of(project, tools, agents, environment);
    }

    private static void gather(Config config, Agent agent, Set<Agent> agents) {
        if (agents.add(agent)) {
            agent.mayStart().forEach(start -> gather(config, config.agentOf(start), agents));
        }
    }

    private static HostCheck of(
            Project project, Collection<Tool> tools, Collection<Agent> agents, Map<String, String> environment) {
        HostCheck check = new HostCheck(project);
        for (Tool tool : tools) {
            check.tool(tool, environment);
        }
        for (Agent agent : agents) {
            agent.sees().forEach(mount -> check.mount(mount, false));
            if (!agent.attended()) {
                check.program("the agent '" + agent.name() + "'", agent.at(), agent.run(), agent.sees());
            }
        }
        return check;
    }

    List<Problem> errors() {
        return List.copyOf(errors);
    }

    List<Problem> warnings() {
        return List.copyOf(warnings);
    }

    /** For commands that need the machine to be as the file says. */
    void throwIfBroken(Terminal terminal) {
        errors.forEach(terminal::error);
        if (!errors.isEmpty()) {
            throw Failure.shown();
        }
    }

    private void tool(Tool tool, Map<String, String> environment) {
        if (tool instanceof Tool.LocalMcp local) {
            local.sees().forEach(mount -> mount(mount, false));
            local.writes().forEach(mount -> mount(mount, true));
            List<Mount> all = new ArrayList<>(local.sees());
            all.addAll(local.writes());
            program("the tool '" + tool.name() + "'", tool.at(), local.run(), all);
        }
        tool.credential().ifPresent(credential -> credential(tool.at(), tool.name(), credential, environment));
    }

    private void credential(Position at, String whose, Credential credential, Map<String, String> environment) {
        switch (credential) {
            case Credential.Variable(String name) -> {
                if (environment.getOrDefault(name, "").isEmpty()) {
                    warn(
                            at,
                            "the credential of '" + whose + "' is not set: " + name,
                            "set it, 'ambit down', and run again");
                }
            }
            case Credential.File(String path) -> {
                Path file = KernelPlan.resolve(project.directory(), path);
                if (!Files.isReadable(file)) {
                    warn(
                            at,
                            "the credential of '" + whose + "' cannot be read: " + file,
                            "put the secret there, alone on one line");
                }
            }
        }
    }

    private void mount(Mount mount, boolean writable) {
        Path host = KernelPlan.host(project.directory(), mount);
        Path state = project.places().state();
        if (!Files.exists(host)) {
            error(mount.at(), "there is no " + host, "'" + mount.guest() + "' is to show it");
        } else if (state.startsWith(host) || host.startsWith(state)) {
            error(
                    mount.at(),
                    "'" + mount.guest() + "' would show the kernel's own keys and log",
                    "name a directory that does not hold " + state + ", or move the state with AMBIT_STATE");
        } else if (Places.uid() == 0) {
            permissions(mount, host, writable);
        }
    }

    /** Started by root, guests and tools have uids of their own, which get no more than everybody. */
    private void permissions(Mount mount, Path host, boolean writable) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(host);
            boolean enters = !Files.isDirectory(host) || permissions.contains(PosixFilePermission.OTHERS_EXECUTE);
            if (!permissions.contains(PosixFilePermission.OTHERS_READ) || !enters) {
                warn(
                        mount.at(),
                        host + " is not readable for everybody, so '" + mount.guest() + "' cannot be read inside",
                        "chmod -R o+rX " + host + ", or start the kernel as an ordinary user");
            } else if (writable && !permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                warn(
                        mount.at(),
                        host + " is not writable for everybody, so '" + mount.guest() + "' cannot be written inside",
                        "chmod -R o+rwX " + host + ", or start the kernel as an ordinary user");
            }
        } catch (IOException e) {
            warn(mount.at(), "cannot look at " + host, "");
        }
    }

    /** A program that a mount should show must be there; what the runtime brings is not looked at. */
    private void program(String whose, Position at, List<String> run, List<Mount> mounts) {
        Path program = Path.of(run.getFirst());
        Optional<Mount> shown = mounts.stream()
                .filter(mount -> program.startsWith(Path.of(mount.guest())))
                .findFirst();
        if (shown.isPresent()) {
            Path host = KernelPlan.host(project.directory(), shown.get())
                    .resolve(Path.of(shown.get().guest()).relativize(program).toString());
            if (Files.exists(host.getParent()) && !Files.isExecutable(host)) {
                error(at, whose + " runs " + program + ", but " + host + " is no program", "");
            }
        } else if (program.isAbsolute()
                && !List.of("usr", "bin", "sbin", "lib")
                        .contains(program.getName(0).toString())) {
            error(
                    at,
                    whose + " runs " + program + ", which nothing shows",
                    "add '/" + program.getName(0) + "' to 'sees'");
        }
    }

    private void error(Position at, String what, String hint) {
        errors.add(new Problem(String.valueOf(project.file().getFileName()), at, what, hint));
    }

    private void warn(Position at, String what, String hint) {
        warnings.add(new Problem(String.valueOf(project.file().getFileName()), at, what, hint));
    }
}
