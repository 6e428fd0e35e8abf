package ambit.cli;

import ambit.cli.text.Terminal;
import ambit.wire.Blob;
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
        subcommands = {
            MemoryMapCommand.class,
            MemoryListCommand.class,
            MemoryGetCommand.class,
            MemoryPutCommand.class,
            MemoryIngestCommand.class,
            MemoryHistoryCommand.class,
            MemoryProvenanceCommand.class,
            MemoryReviewCommand.class,
            MemoryRestoreCommand.class,
            MemoryUndoCommand.class,
            MemoryForgetCommand.class
        })
final class MemoryCommand implements Runnable {
    /** Digits of a tag that are shown. */
    private static final int TAG = 12;

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

    /** Who wrote a version: transaction, agent and the name that this project has for the principal's key. */
    String writer(Said writer) {
        String key = writer.text("principal");
        String name = key.matches("([0-9a-f]{2})+")
                ? main.keys(main.project()).nameOf(Blob.fromHex(key)).orElse(key.substring(0, 8) + "…")
                : Terminal.plain(key);
        return name + "'s " + Terminal.plain(writer.text("agent")) + " in "
                + Terminal.plain(writer.text("transaction"));
    }

    /** A version by its name, or by what stands for it where the caller has no name for it. */
    static String source(Said source) {
        return source.optionalText("key")
                        .map(Terminal::plain)
                        .orElseGet(() ->
                                "an entry that is not mapped here (" + Terminal.plain(brief(source.text("tag"))) + ")")
                + "@" + source.number("version");
    }

    private static String brief(String tag) {
        return tag.length() <= TAG ? tag : tag.substring(0, TAG) + "…";
    }
}
