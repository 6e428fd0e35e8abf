package ambit.cli.backup;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a backup holds.
 *
 * @param atMs when it was made, in milliseconds since 1970
 * @param entries how many entries its log has
 * @param store the database that memory was kept in besides; empty where it was a file of the state
 */
public record Manifest(long atMs, long entries, String store, List<Item> items) {
    private static final Pattern HEAD = Pattern.compile("at ([0-9]{1,15}) entries ([0-9]{1,15}) memory (\\S*)");

    byte[] bytes() {
        StringBuilder text = new StringBuilder("at " + atMs + " entries " + entries + " memory " + store + "\n");
        items.forEach(it -> text.append(it.line()).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static Manifest parse(byte[] bytes) throws DamagedBackup {
        List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
        Matcher head = HEAD.matcher(lines.isEmpty() ? "" : lines.getFirst());
        if (!head.matches()) {
            throw new DamagedBackup("its list of files does not begin as one does");
        }
        List<Item> items = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            items.add(Item.parse(line));
        }
        return new Manifest(Long.parseLong(head.group(1)), Long.parseLong(head.group(2)), head.group(3), items);
    }
}
