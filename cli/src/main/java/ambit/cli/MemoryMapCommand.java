package ambit.cli;

import ambit.audit.Descriptions;
import ambit.audit.LogVerifier;
import ambit.cli.config.Quantity;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "map",
        description = "Show what of memory was mapped into a transaction, from the log alone.",
        mixinStandardHelpOptions = true)
final class MemoryMapCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(paramLabel = "TXN", description = "The transaction, or how it begins.")
    private String transaction = "";

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(names = "--archive", paramLabel = "DIR", description = "Where old parts of the log were moved to.")
    private Optional<Path> archive = Optional.empty();

    @Override
    public void run() {
        Project project = memory.main().project();
        MappedMemory.Reader reader = new MappedMemory.Reader();
        if (LogVerifier.read(
                        project.places().log(), archive, LogCommand.coreKey(project), (_, entry) -> reader.take(entry))
                instanceof LogVerifier.Broken(String sentence)) {
            throw LogCommand.broken(sentence);
        }
        MappedMemory map = reader.map(transaction);
        Terminal terminal = memory.main().terminal();
        if (json) {
            terminal.result(JsonText.write(json(map)));
        } else {
            String name = memory.main().keys(project).nameOf(map.principal()).orElse(LogLine.brief(map.principal()));
            show(map, name, terminal);
        }
    }

    private static void show(MappedMemory map, String principal, Terminal terminal) {
        terminal.result(map.transaction() + "  " + Terminal.plain(map.agent()) + " of " + principal + ", tenant "
                + Terminal.plain(map.tenant()));
        map.parent()
                .ifPresent(parent -> terminal.result("  a child: it had no more than this of " + parent
                        + ", and what the request's agent shares with it"));
        for (MappedMemory.Mount mount : map.mounts()) {
            String rights =
                    mount.rights() == 0 ? "nothing granted" : String.join(", ", Descriptions.rights(mount.rights()));
            String what = mount.from()
                    .map(it -> "  what " + Terminal.plain(it.transaction()) + " left at " + Terminal.plain(it.key()))
                    .orElse(mount.rights() == 0 ? "" : "  at most " + Quantity.ofBytes(mount.quota()));
            terminal.result("  %-24s %s%s".formatted("/" + Terminal.plain(mount.at()), rights, what));
            if (!mount.terms().isEmpty()) {
                terminal.result("      as long as " + Terminal.plain(text(mount.terms())));
            }
        }
    }

    private static String text(Blob bytes) {
        return new String(bytes.toArray(), StandardCharsets.UTF_8);
    }

    private static Json json(MappedMemory map) {
        return JsonText.object(
                "transaction", map.transaction(),
                "tenant", map.tenant(),
                "principal", map.principal().toHex(),
                "agent", map.agent(),
                "parent", map.parent().<Json>map(Json.Str::new).orElse(new Json.Null()),
                "mounts", map.mounts().stream().map(MemoryMapCommand::json).toList());
    }

    private static Json json(MappedMemory.Mount mount) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("mount", mount.at());
        members.put("rights", Descriptions.rights(mount.rights()));
        mount.from()
                .ifPresentOrElse(
                        it -> members.put("from", JsonText.object("transaction", it.transaction(), "key", it.key())),
                        () -> members.put("quota", mount.quota()));
        if (!mount.terms().isEmpty()) {
            try {
                members.put("terms", Json.parse(mount.terms()));
            } catch (MalformedException e) {
                members.put("terms", text(mount.terms()));
            }
        }
        return JsonText.of(members);
    }
}
