package ambit.cli;

import ambit.cli.supervisor.Kernel;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "down",
        description = "Stop the kernel. Transactions that still run are ended; nothing stays behind but the state.",
        mixinStandardHelpOptions = true)
final class DownCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public void run() {
        boolean stopped = new Kernel(main.project().places(), main.environment()).stop();
        main.terminal().say(stopped ? "ambit: the kernel is down" : "ambit: the kernel was not up");
    }
}
