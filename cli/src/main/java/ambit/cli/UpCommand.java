package ambit.cli;

import ambit.cli.config.Config;
import ambit.cli.supervisor.Kernel;
import ambit.cli.text.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "up",
        description = "Start the kernel: core, drivers and broker, each in a boundary of its own.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public void run() {
        Terminal terminal = main.terminal();
        Project project = main.project();
        Config config = project.config(terminal);
        HostCheck check = HostCheck.of(project, config, main.environment());
        check.errors().forEach(terminal::warn);
        check.warnings().forEach(terminal::warn);
        KernelDesk.ensure(project, config, main.environment(), terminal);
        terminal.say("ambit: the kernel is up");
    }

    static void warnOfChangedCredentials(Kernel kernel, Terminal terminal) {
        for (String name : kernel.changedCredentials()) {
            terminal.warn(
                    name + " is not what it was when the kernel was started, and the kernel goes on with the old one",
                    "'ambit down' first, then the next run starts it with the new one");
        }
    }
}
