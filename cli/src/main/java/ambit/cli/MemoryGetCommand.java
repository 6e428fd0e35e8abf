package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Json;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "get", description = "Show the value of a key, as JSON.", mixinStandardHelpOptions = true)
final class MemoryGetCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(paramLabel = "KEY[@VERSION]", description = "Such as user/notes/colour or user/notes/colour@2.")
    private String key = "";

    @Override
    public Integer call() {
        Terminal terminal = memory.main().terminal();
        EntryName name = EntryName.of(key);
        try (MemoryDesk desk = memory.open("get", key)) {
            Optional<Json> value = name.version().isPresent() ? earlier(desk, name) : current(desk, name);
            if (value.isEmpty()) {
                terminal.error("there is nothing at " + Terminal.plain(key), "");
                return ExitCode.AGENT_FAILED;
            }
            terminal.result(JsonText.pretty(value.get()));
            return ExitCode.OK;
        }
    }

    private static Optional<Json> current(MemoryDesk desk, EntryName name) {
        Optional<Json> value = desk.read(name.key());
        desk.commit();
        return value;
    }

    private static Optional<Json> earlier(MemoryDesk desk, EntryName name) {
        long version = name.requiredVersion();
        Json staged = desk.tool("memory.restore", JsonText.object("key", name.key(), "version", version));
        Optional<Json> value = staged instanceof Json.Null ? Optional.empty() : desk.read(name.key());
        desk.drop();
        return value;
    }
}
