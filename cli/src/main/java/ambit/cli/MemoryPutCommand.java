package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "put", description = "Write a value, which is JSON, under a key.", mixinStandardHelpOptions = true)
final class MemoryPutCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(index = "0", paramLabel = "KEY", description = "Such as user/notes/colour.")
    private String key = "";

    @Parameters(index = "1", paramLabel = "VALUE", description = "JSON such as '\"blue\"' or '{\"n\": 1}'; - reads it.")
    private String value = "";

    @Option(names = "--text", description = "VALUE is a text, and is not read as JSON.")
    private boolean text;

    @Override
    public Integer call() {
        Json read = value();
        try (MemoryDesk desk = memory.open("put", key)) {
            desk.write(key, read);
            return desk.commit() ? ExitCode.OK : ExitCode.AGENT_FAILED;
        }
    }

    private Json value() {
        try {
            Blob bytes = value.equals("-")
                    ? Blob.of(System.in.readNBytes(Json.MAX_BYTES + 1))
                    : Blob.of(value.getBytes(StandardCharsets.UTF_8));
            return text ? new Json.Str(new String(bytes.toArray(), StandardCharsets.UTF_8)) : Json.parse(bytes);
        } catch (MalformedException e) {
            throw Failure.usage("the value is no JSON: " + e.getMessage(), "put a text in quotes, or write --text")
                    .because(e);
        } catch (IOException e) {
            throw Failure.usage("the value cannot be read", "").because(e);
        }
    }
}
