package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "undo",
        description =
                "Take back everything that a transaction ever wrote, and all that was derived from it, in all of the "
                        + "tenant's memory. The list is shown first.",
        mixinStandardHelpOptions = true)
final class MemoryUndoCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(paramLabel = "TXN", description = "The transaction, as 'ambit memory history' names writers.")
    private String transaction = "";

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(names = "--dry-run", description = "Only show the list.")
    private boolean dryRun;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    private boolean complete = true;

    @Override
    public Integer call() {
        Terminal terminal = memory.main().terminal();
        Json list = undo(true);
        Said found = Said.of(list);
        long documents = found.object("documents").number("count");
        if (!json) {
            found.list("undone").forEach(it -> show(it, terminal));
            if (found.flag("more")) {
                terminal.result("… " + found.number("count") + " in all");
            }
            found.object("documents")
                    .list("removed")
                    .forEach(it -> terminal.result(Terminal.plain(it.text("namespace") + "/" + it.text("source")) + "@"
                            + it.number("version") + "  a document that it added; then nothing is there"));
        }
        if (found.number("new") + documents == 0) {
            terminal.say("ambit: nothing that counts came of " + Terminal.plain(transaction));
        }
        if (dryRun || found.number("new") + documents == 0) {
            return done(list, terminal);
        }
        if (!yes && !agreed("undo " + counted(found.number("new"), documents), terminal)) {
            terminal.say("ambit: nothing is undone");
            return ExitCode.AGENT_FAILED;
        }
        Json done = undo(false);
        Said said = Said.of(done);
        long removed = said.object("documents").number("count");
        terminal.say("ambit: " + Sentences.count(said.number("new"), "version is", "versions are") + " undone"
                + (removed == 0
                        ? ""
                        : ", and " + Sentences.count(removed, "document is", "documents are") + " removed"));
        return done(done, terminal);
    }

    private static String counted(long versions, long documents) {
        String both = Sentences.count(versions, "version", "versions");
        return documents == 0 ? both : both + " and " + Sentences.count(documents, "document", "documents");
    }

    private int done(Json answer, Terminal terminal) {
        if (json) {
            terminal.result(JsonText.write(answer));
        }
        return complete ? ExitCode.OK : ExitCode.AGENT_FAILED;
    }

    /** Each time in a transaction of its own: nothing stays mapped while a person thinks. */
    private Json undo(boolean dry) {
        try (MemoryDesk desk = memory.open("undo", transaction, dry ? "dry-run" : "")) {
            Json which = JsonText.object("transaction", transaction, "dry-run", dry);
            Json answer = desk.tool("memory.undo", which);
            Json documents = documents(desk, which);
            complete &= desk.commit();
            Map<String, Json> both = new LinkedHashMap<>(((Json.Obj) answer).members());
            both.put("documents", documents);
            return new Json.Obj(both);
        }
    }

    /** An index that cannot be read keeps nobody from undoing what is in memory. */
    private Json documents(MemoryDesk desk, Json which) {
        Json none = JsonText.object("count", 0L, "removed", new Json.Arr(List.of()));
        try {
            return desk.toolIfGranted("retriever.undo", which).orElse(none);
        } catch (Failure e) {
            complete = false;
            memory.main().terminal().error("no documents are undone: " + e.getMessage(), e.hint());
            return none;
        }
    }

    /** Whether a person at the terminal says yes. */
    @SuppressWarnings("SystemConsoleNull") // it still is null where there is no standard output at all
    static boolean agreed(String what, Terminal terminal) {
        java.io.Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw Failure.usage("nobody is here to be asked", "--yes goes on without a question");
        }
        terminal.say("ambit: " + what + "? Type 'yes':");
        return "yes".equals(console.readLine());
    }

    private void show(Said it, Terminal terminal) {
        Said head = it.object("head");
        boolean direct = it.list("path").isEmpty();
        String path = direct
                ? "written by it"
                : "derived by way of "
                        + it.list("path").stream().map(MemoryCommand::source).collect(Collectors.joining(" → "));
        terminal.result(MemoryCommand.source(it) + "  was " + it.text("was") + ", " + path);
        terminal.result("    by " + memory.writer(it.object("writer")) + " " + Sentences.time(it.number("at")) + "; "
                + counts(head.number("before"), head.number("after")));
    }

    private static String counts(long before, long after) {
        if (before == after) {
            return before == 0 ? "nothing counts there" : "@" + before + " counts there as before";
        }
        return after == 0 ? "then nothing is there" : "then @" + after + " counts there";
    }
}
