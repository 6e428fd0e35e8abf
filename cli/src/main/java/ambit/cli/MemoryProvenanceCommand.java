package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "provenance",
        description = "Show where an entry came from: its writer, and what that had read, retrieved and called before.",
        mixinStandardHelpOptions = true)
final class MemoryProvenanceCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(paramLabel = "KEY[@VERSION]", description = "Such as user/notes/colour@2; the one that counts without.")
    private String entry = "";

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() {
        Terminal terminal = memory.main().terminal();
        EntryName name = EntryName.of(entry);
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("key", name.key());
        name.version().ifPresent(version -> asked.put("version", version));
        try (MemoryDesk desk = memory.open("provenance", entry)) {
            Json answer = desk.tool("memory.provenance", JsonText.of(asked));
            desk.commit();
            if (answer instanceof Json.Null) {
                terminal.error("there is nothing at " + Terminal.plain(entry), "'ambit memory history' lists versions");
                return ExitCode.AGENT_FAILED;
            }
            if (json) {
                terminal.result(JsonText.write(answer));
            } else {
                show(Said.of(answer), terminal);
            }
            return ExitCode.OK;
        }
    }

    private void show(Said it, Terminal terminal) {
        terminal.result(Terminal.plain(it.text("key")) + "@" + it.number("version") + " " + it.text("state")
                + ", written " + Sentences.time(it.number("at")) + " by " + memory.writer(it.object("writer")));
        terminal.result("  trust label " + it.text("trust") + ": " + trust(it.text("trust")));
        it.list("sources").forEach(source -> terminal.result("  after it had read " + MemoryCommand.source(source)));
        more(it, "more-sources", "entries", terminal);
        if (it.value("chunks").orElse(new Json.Null()) instanceof Json.Arr(var chunks)) {
            chunks.forEach(chunk -> terminal.result("  after it had retrieved a chunk with SHA-256 "
                    + Terminal.plain(chunk instanceof Json.Str(String hash) ? hash : "?")));
        }
        more(it, "more-chunks", "chunks", terminal);
        it.list("tools")
                .forEach(tool -> terminal.result("  after it had called " + Terminal.plain(tool.text("capability"))
                        + ", call " + tool.number("sequence") + " of " + Terminal.plain(tool.text("transaction"))));
        more(it, "more-tools", "calls", terminal);
    }

    private static void more(Said it, String name, String what, Terminal terminal) {
        if (it.number(name) > 0) {
            terminal.result("  and " + it.number(name) + " more " + what);
        }
    }

    private static String trust(String label) {
        return switch (label) {
            case "own" -> "nothing but its own transaction shaped it";
            case "user" -> "what its user's memory said shaped it";
            case "tenant" -> "what a memory of all users said shaped it";
            case "inherited" -> "what an earlier transaction left shaped it";
            case "retrieved" -> "an ingested document shaped it";
            case "tool" -> "what a tool answered shaped it";
            default -> "unknown to this version";
        };
    }
}
