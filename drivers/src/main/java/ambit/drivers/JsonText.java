package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes JSON without white space, with the shortest escapes and members in the order they have. */
final class JsonText {
    private final StringBuilder out = new StringBuilder();

    private JsonText() {}

    /** UTF-8. */
    static Blob encode(Json value) {
        JsonText writer = new JsonText();
        writer.write(value);
        return Blob.of(writer.out.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void write(Json value) {
        switch (value) {
            case Json.Obj(Map<String, Json> members) -> {
                String comma = "{";
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    out.append(comma);
                    string(member.getKey());
                    out.append(':');
                    write(member.getValue());
                    comma = ",";
                }
                out.append(members.isEmpty() ? "{}" : "}");
            }
            case Json.Arr array -> {
                out.append('[');
                String comma = "";
                for (Json item : array.items()) {
                    out.append(comma);
                    write(item);
                    comma = ",";
                }
                out.append(']');
            }
            case Json.Str(String text) -> string(text);
            case Json.Int(long number) -> out.append(number);
            case Json.Dec(String number) -> out.append(number);
            case Json.Bool(boolean bool) -> out.append(bool);
            case Json.Null() -> out.append("null");
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
