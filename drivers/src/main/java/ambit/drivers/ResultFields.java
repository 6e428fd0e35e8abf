package ambit.drivers;

import ambit.authority.Arguments;
import ambit.authority.Receipt;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the fields of a result that a permit asks for, as digests for the receipt. A path is names joined by slashes, {@code *} for each
 * element of a list; {@code @json} goes on inside a text that is itself a JSON document, as many MCP servers answer. What is no strict
 * JSON, and what the path does not lead to, reports nothing: so nothing can be acted on because of it.
 */
final class ResultFields {
    /** Values of all fields of one receipt, so that it fits. */
    private static final int MOST = 4096;

    private static final String EACH = "*";
    private static final String INNER = "@json";

    private ResultFields() {}

    static List<Receipt.Field> of(Blob result, List<String> paths) {
        List<Receipt.Field> fields = new ArrayList<>();
        if (paths.isEmpty()) {
            return fields;
        }
        try {
            Json document = Json.parse(result);
            int room = MOST;
            for (String path : paths) {
                Set<Blob> digests = new LinkedHashSet<>();
                collect(document, List.of(path.split("/", -1)), digests);
                List<Blob> first = digests.stream()
                        .limit(Math.min(room, Receipt.Field.MAX_DIGESTS))
                        .toList();
                room -= first.size();
                fields.add(new Receipt.Field(path, first));
            }
        } catch (MalformedException e) {
            // a result of another kind has no fields
        }
        return fields;
    }

    private static void collect(Json value, List<String> path, Set<Blob> digests) {
        if (path.isEmpty()) {
            Blob digest = Arguments.digest(value);
            if (!digest.isEmpty()) {
                digests.add(digest);
            }
            return;
        }
        List<String> rest = path.subList(1, path.size());
        switch (value) {
            case Json.Arr(List<Json> items)
            when path.getFirst().equals(EACH) -> items.forEach(item -> collect(item, rest, digests));
            case Json.Obj object
            when !path.getFirst().equals(EACH) -> {
                Json member = object.members().get(unescaped(path.getFirst()));
                if (member != null) {
                    collect(member, rest, digests);
                }
            }
            case Json.Str(String text) when path.getFirst().equals(INNER) -> inside(text, rest, digests);
            default -> {}
        }
    }

    private static void inside(String text, List<String> path, Set<Blob> digests) {
        try {
            collect(Json.parse(Blob.of(text.getBytes(java.nio.charset.StandardCharsets.UTF_8))), path, digests);
        } catch (MalformedException e) {
            // a text that is only a text
        }
    }

    /** As paths of arguments are written: {@code ~1} for a slash, {@code ~2} for the name {@code *}, {@code ~0} for {@code ~}. */
    private static String unescaped(String name) {
        return name.equals("~2") ? EACH : name.replace("~1", "/").replace("~0", "~");
    }
}
