package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.cli.text.Terminal.Colour;
import ambit.wire.Json;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "review",
        description = "Show the entries that wait for a review, with what each would change; or decide about one.",
        mixinStandardHelpOptions = true)
final class MemoryReviewCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(paramLabel = "ID", arity = "0..1", description = "Which one, as the list names it.")
    private Optional<String> id = Optional.empty();

    @Option(names = "--approve", description = "It counts from now on.")
    private boolean approve;

    @Option(names = "--reject", description = "Its value is destroyed.")
    private boolean reject;

    @Option(names = "--why", paramLabel = "TEXT", description = "The reason, which is kept with it.")
    private Optional<String> why = Optional.empty();

    @Option(names = "--namespace", paramLabel = "N", description = "Only what waits there.")
    private Optional<String> namespace = Optional.empty();

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() {
        if (approve && reject) {
            throw Failure.usage("an entry is approved or rejected", "leave one of the two out");
        }
        if (id.isPresent() && (approve || reject)) {
            return decide(id.get());
        }
        if (approve || reject || why.isPresent()) {
            throw Failure.usage("which entry is it about?", "'ambit memory review' lists the ids of what waits");
        }
        return list();
    }

    private int decide(String which) {
        String reason = why.orElseThrow(() -> Failure.usage("a review needs a reason", "add --why 'TEXT'"));
        Terminal terminal = memory.main().terminal();
        try (MemoryDesk desk = memory.open("review", which, approve ? "approve" : "reject")) {
            Json answer = desk.tool("memory.review", JsonText.object("id", which, "approve", approve, "why", reason));
            desk.commit();
            Said said = Said.of(answer);
            if (json) {
                terminal.result(JsonText.write(answer));
            } else {
                terminal.result(Terminal.plain(said.text("key")) + "@" + said.number("version")
                        + (approve ? " is approved" : " is rejected"));
            }
            return ExitCode.OK;
        }
    }

    private int list() {
        Terminal terminal = memory.main().terminal();
        try (MemoryDesk desk = memory.open("pending")) {
            Json answer = desk.tool(
                    "memory.pending",
                    namespace.<Json>map(it -> JsonText.object("namespace", it)).orElseGet(() -> JsonText.object()));
            desk.commit();
            if (json) {
                terminal.result(JsonText.write(answer));
                return ExitCode.OK;
            }
            List<Said> pending = Said.of(answer).list("pending").stream()
                    .filter(it -> id.isEmpty() || it.text("id").equals(id.get()))
                    .toList();
            pending.forEach(it -> show(it, terminal));
            if (pending.isEmpty()) {
                terminal.say("ambit: nothing waits for a review" + (id.isPresent() ? " under this id" : ""));
            }
            if (Said.of(answer).flag("more")) {
                terminal.say("ambit: more waits; decide about these first, or name a --namespace");
            }
            return pending.isEmpty() && id.isPresent() ? ExitCode.AGENT_FAILED : ExitCode.OK;
        }
    }

    private void show(Said it, Terminal terminal) {
        terminal.result(
                Terminal.plain(it.text("key")) + "@" + it.number("version") + "  " + Terminal.plain(it.text("id")));
        terminal.result("  written " + Sentences.time(it.number("at")) + " by " + memory.writer(it.object("writer"))
                + ", trust label " + Terminal.plain(it.text("trust")));
        JsonDiff.of(it.value("old"), it.value("new").orElse(new Json.Null()))
                .forEach(line -> terminal.result("    " + coloured(line, terminal)));
    }

    private static String coloured(String line, Terminal terminal) {
        return switch (line.charAt(0)) {
            case '+' -> terminal.coloured(Colour.GREEN, line);
            case '-' -> terminal.coloured(Colour.RED, line);
            default -> line;
        };
    }
}
