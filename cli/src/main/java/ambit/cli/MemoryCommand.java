package ambit.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
        name = "memory",
        description = "Look into memory and mend it, each time in a transaction of its own.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {MemoryGetCommand.class, MemoryPutCommand.class, MemoryIngestCommand.class})
final class MemoryCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--as",
            paramLabel = "P",
            scope = ScopeType.INHERIT,
            description = "The principal; needed where there is more than one.")
    private Optional<String> as = Optional.empty();

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    Main main() {
        return main;
    }

    /** Begins a transaction for a command that was given this. */
    MemoryDesk open(String... input) {
        return MemoryDesk.open(main, as, input);
    }
}
