package ambit.cli;

import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "list",
        description = "List the entries that may be read: key, version, size, when it was written, trust label.",
        mixinStandardHelpOptions = true)
final class MemoryListCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(paramLabel = "NAMESPACE", arity = "0..1", description = "Such as user/notes; all without it.")
    private Optional<String> namespace = Optional.empty();

    @Option(names = "--prefix", paramLabel = "P", description = "Only keys that begin like this.")
    private Optional<String> prefix = Optional.empty();

    @Option(names = "--json", description = "One JSON object on each line.")
    private boolean json;

    @Override
    public void run() {
        try (MemoryDesk desk = memory.open("list", namespace.orElse(""), prefix.orElse(""))) {
            String after = "";
            boolean more = true;
            while (more) {
                Said page = Said.of(desk.tool("memory.list", asked(after)));
                List<Said> entries = page.list("entries");
                entries.forEach(this::show);
                more = page.flag("more") && !entries.isEmpty();
                after = more ? entries.getLast().text("key") : "";
            }
            desk.commit();
        }
    }

    private Json asked(String after) {
        Map<String, Object> members = new LinkedHashMap<>();
        namespace.ifPresent(it -> members.put("namespace", it));
        prefix.ifPresent(it -> members.put("prefix", it));
        if (!after.isEmpty()) {
            members.put("after", after);
        }
        return JsonText.of(members);
    }

    private void show(Said entry) {
        Terminal terminal = memory.main().terminal();
        List<String> line = new ArrayList<>();
        line.add("%-40s".formatted(Terminal.plain(entry.text("key")) + "@" + entry.number("version")));
        line.add("%8d B".formatted(entry.number("size")));
        line.add(Sentences.time(entry.number("at")));
        line.add(Terminal.plain(entry.text("trust")));
        terminal.result(json ? JsonText.write(new Json.Obj(entry.members())) : String.join("  ", line));
    }
}
