package ambit.cli;

import ambit.cli.config.Config;
import ambit.cli.supervisor.Kernel;
import ambit.cli.supervisor.KernelPlan;
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
        HostCheck.of(project, config, main.environment()).throwIfBroken(terminal);
        Kernel kernel = new Kernel(project.places(), main.environment());
        boolean started = kernel.ensure(KernelPlan.of(config, project.directory()), project.directory());
        terminal.say(started ? "ambit: the kernel is up" : "ambit: the kernel is already up");
        warnOfChangedCredentials(kernel, terminal);
    }

    static void warnOfChangedCredentials(Kernel kernel, Terminal terminal) {
        for (String name : kernel.changedCredentials()) {
            terminal.warn(
                    name + " is not what it was when the kernel was started, and the kernel goes on with the old one",
                    "'ambit down' first, then the next run starts it with the new one");
        }
    }
}
