package ambit.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "version", description = "Say which version this is.", mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public void run() {
        main.terminal().result("ambit " + Main.version());
    }
}
