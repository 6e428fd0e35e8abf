package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "history",
        description = "Show all versions of an entry, the newest first, and who wrote each.",
        mixinStandardHelpOptions = true)
final class MemoryHistoryCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(paramLabel = "KEY", description = "Such as user/notes/colour.")
    private String key = "";

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() {
        Terminal terminal = memory.main().terminal();
        try (MemoryDesk desk = memory.open("history", key)) {
            Json answer = desk.tool("memory.history", JsonText.object("key", key));
            desk.commit();
            if (answer instanceof Json.Null) {
                terminal.error("nothing was ever written at " + Terminal.plain(key), "");
                return ExitCode.AGENT_FAILED;
            }
            if (json) {
                terminal.result(JsonText.write(answer));
            } else {
                Said history = Said.of(answer);
                history.list("versions").forEach(version -> show(version, history.number("head")));
                if (history.flag("more")) {
                    terminal.say("ambit: there are older ones");
                }
            }
            return ExitCode.OK;
        }
    }

    private void show(Said version, long head) {
        long number = version.number("version");
        memory.main()
                .terminal()
                .result("%-5s %-9s %8d B  %s  %-9s  by %s"
                        .formatted(
                                "@" + number + (number == head ? "*" : ""),
                                version.text("state"),
                                version.number("size"),
                                Sentences.time(version.number("at")),
                                version.text("trust"),
                                memory.writer(version.object("writer"))));
    }
}
