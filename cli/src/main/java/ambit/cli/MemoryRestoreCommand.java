package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "restore",
        description = "Write again what an earlier version of an entry said.",
        mixinStandardHelpOptions = true)
final class MemoryRestoreCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(paramLabel = "KEY@VERSION", description = "Such as user/notes/colour@2.")
    private String entry = "";

    @Override
    public Integer call() {
        EntryName name = EntryName.of(entry);
        long version = name.requiredVersion();
        try (MemoryDesk desk = memory.open("restore", entry)) {
            Json answer = desk.tool("memory.restore", JsonText.object("key", name.key(), "version", version));
            boolean committed = desk.commit();
            if (answer instanceof Json.Null) {
                memory.main()
                        .terminal()
                        .error(
                                "there is no " + Terminal.plain(entry),
                                "'ambit memory history " + Terminal.plain(name.key()) + "' lists the versions");
                return ExitCode.AGENT_FAILED;
            }
            return committed ? ExitCode.OK : ExitCode.AGENT_FAILED;
        }
    }
}
