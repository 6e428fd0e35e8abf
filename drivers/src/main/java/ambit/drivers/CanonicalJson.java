package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The one spelling of a JSON value: members sorted by their names' UTF-16 code units, no white space, shortest escapes (as RFC
 * 8785, except that numbers with a fraction or an exponent keep {@link Json.Dec}'s exact decimal spelling).
 */
public final class CanonicalJson {
    private CanonicalJson() {}

    /** UTF-8. */
    public static Blob encode(Json value) {
        return JsonText.encode(sorted(value));
    }

    private static Json sorted(Json value) {
        return switch (value) {
            case Json.Obj(Map<String, Json> members) -> {
                Map<String, Json> inOrder = new LinkedHashMap<>();
                new TreeMap<>(members).forEach((name, member) -> inOrder.put(name, sorted(member)));
                yield new Json.Obj(inOrder);
            }
            case Json.Arr(List<Json> items) ->
                new Json.Arr(items.stream().map(CanonicalJson::sorted).toList());
            case Json.Str _, Json.Int _, Json.Dec _, Json.Bool _, Json.Null _ -> value;
        };
    }
}
