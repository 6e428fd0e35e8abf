package ambit.drivers.memory;

import ambit.wire.Blob;
import ambit.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON object in the making. */
final class Members {
    private final Map<String, Json> members = new LinkedHashMap<>();

    Members put(String name, String text) {
        return put(name, new Json.Str(text));
    }

    Members put(String name, long number) {
        return put(name, new Json.Int(number));
    }

    Members put(String name, boolean flag) {
        return put(name, new Json.Bool(flag));
    }

    Members put(String name, Blob hex) {
        return put(name, new Json.Str(hex.toHex()));
    }

    Members put(String name, List<Json> items) {
        return put(name, new Json.Arr(items));
    }

    Members put(String name, Json value) {
        members.put(name, value);
        return this;
    }

    Json json() {
        return new Json.Obj(members);
    }
}
