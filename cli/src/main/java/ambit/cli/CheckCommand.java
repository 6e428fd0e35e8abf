package ambit.cli;

import ambit.cli.config.Config;
import ambit.cli.text.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "check",
        description = "Check ambit.yaml, and that this machine has what it names.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(names = "--no-host", description = "Check the file alone, not the paths and credentials that it names.")
    private boolean fileOnly;

    @Override
    public void run() {
        Terminal terminal = main.terminal();
        Project project = main.project();
        Config config = project.config(terminal, true);
        if (!fileOnly) {
            HostCheck check = HostCheck.of(project, config, main.environment());
            check.warnings().forEach(terminal::warn);
            check.throwIfBroken(terminal);
        }
        terminal.say("ambit: " + project.file().getFileName() + " is good: "
                + Sentences.count(
                        config.agents().values().stream()
                                .filter(agent -> !agent.attended())
                                .count(),
                        "agent",
                        "agents")
                + ", "
                + Sentences.count(config.tools().size(), "tool", "tools") + ", "
                + Sentences.count(config.principals().size(), "principal", "principals"));
    }
}
