package ambit.cli;

import ambit.authority.Cap;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.cli.text.Terminal.Colour;
import ambit.wire.Json;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(name = "grants", description = "List the grants, the newest first.", mixinStandardHelpOptions = true)
final class GrantsCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public void run() {
        Terminal terminal = main.terminal();
        Project project = main.project();
        KeyRing keys = main.keys(project);
        GrantBook book = new GrantBook(project.places(), keys.roots());
        if (json) {
            terminal.result(JsonText.write(
                    JsonText.of(book.all().stream().map(it -> object(it, keys)).toList())));
            return;
        }
        if (book.all().isEmpty()) {
            terminal.say("ambit: there are no grants yet; the first run issues one, or 'ambit grant'");
        }
        for (GrantBook.Entry entry : book.all()) {
            terminal.result(entry.id() + "  " + holder(entry, keys) + "  "
                    + entry.grant().agent() + "  " + state(entry, terminal)
                    + (entry.automatic() ? "  issued by a run" : ""));
        }
    }

    private static String holder(GrantBook.Entry entry, KeyRing keys) {
        return keys.nameOf(entry.grant().holder()).orElse("(somebody else)");
    }

    private static String state(GrantBook.Entry entry, Terminal terminal) {
        if (entry.revoked().isPresent()) {
            String why = entry.revoked().get();
            return terminal.coloured(Colour.RED, "revoked") + (why.isEmpty() ? "" : " (" + Terminal.plain(why) + ")");
        }
        String until = Sentences.seconds(entry.grant().expires());
        return entry.expired(Instant.now())
                ? terminal.coloured(Colour.YELLOW, "expired") + " " + until
                : "valid until " + until;
    }

    private static Json object(GrantBook.Entry entry, KeyRing keys) {
        return JsonText.object(
                "id", entry.id(),
                "hash", entry.bytes().sha256().toHex(),
                "principal", holder(entry, keys),
                "agent", entry.grant().agent(),
                "notBeforeS", entry.grant().notBefore(),
                "expiresS", entry.grant().expires(),
                "automatic", entry.automatic(),
                "revoked", entry.revoked().isPresent(),
                "why", entry.revoked().orElse(""),
                "capabilities", entry.grant().caps().stream().map(Cap::name).toList());
    }
}
