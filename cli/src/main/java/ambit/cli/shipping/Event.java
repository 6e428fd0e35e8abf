package ambit.cli.shipping;

import ambit.cli.text.JsonText;
import ambit.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One entry of the log as it is shipped.
 *
 * @param sentence the entry in words, without control characters
 * @param body what {@code ambit log --json} prints, and besides the log's {@code origin} and the entry's {@code leaf} hash
 */
public record Event(
        long index,
        long atMs,
        String kind,
        Optional<String> transaction,
        Severity severity,
        String sentence,
        Json.Obj body) {

    /** Characters of a text of others that are shipped. */
    static final int LONGEST_TEXT = 2048;

    /** What is never left out. */
    private static final Set<String> ESSENTIAL = Set.of("index", "atMs", "kind", "origin", "leaf");

    private static final String CUT = "cut";

    /**
     * The body in at most so many ASCII characters. What makes it too long is left out, the longest first, and named in {@code cut};
     * a text longer than {@link #LONGEST_TEXT} ends with {@code …} and is named there too.
     */
    String json(int most) {
        Map<String, Json> members = new LinkedHashMap<>();
        List<String> cut = new ArrayList<>();
        body.members().forEach((name, value) -> {
            Json kept = shortened(value);
            members.put(name, kept);
            if (!kept.equals(value)) {
                cut.add(name);
            }
        });
        while (true) {
            if (!cut.isEmpty()) {
                members.put(CUT, JsonText.of(cut));
            }
            String text = JsonText.ascii(new Json.Obj(members));
            Optional<String> longest = members.entrySet().stream()
                    .filter(entry -> !ESSENTIAL.contains(entry.getKey())
                            && !entry.getKey().equals(CUT))
                    .max(java.util.Comparator.comparingInt(
                            entry -> JsonText.ascii(entry.getValue()).length()))
                    .map(Map.Entry::getKey);
            if (text.length() <= most || longest.isEmpty()) {
                return text;
            }
            members.remove(longest.get());
            if (!cut.contains(longest.get())) {
                cut.add(longest.get());
            }
        }
    }

    private static Json shortened(Json value) {
        return value instanceof Json.Str(String text) && text.length() > LONGEST_TEXT
                ? new Json.Str(prefix(text) + "…")
                : value;
    }

    private static String prefix(String text) {
        int end = Character.isHighSurrogate(text.charAt(LONGEST_TEXT - 1)) ? LONGEST_TEXT - 1 : LONGEST_TEXT;
        return text.substring(0, end);
    }

    /** Characters of its whole JSON. */
    int size() {
        return JsonText.write(body).length();
    }

    /** The leaf hash of the entry in hex. */
    String leaf() {
        return body.members().get("leaf") instanceof Json.Str(String hex) ? hex : "";
    }

    String origin() {
        return body.members().get("origin") instanceof Json.Str(String name) ? name : "";
    }
}
