package ambit.cli.text;

import ambit.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes JSON: compact, members in their order, ASCII beyond U+001F as it is. */
public final class JsonText {

    private JsonText() {}

    /** A value of records, lists, maps, texts, numbers and booleans as JSON. */
    public static Json of(Object value) {
        return switch (value) {
            case Json json -> json;
            case String text -> new Json.Str(text);
            case Boolean flag -> new Json.Bool(flag);
            case Number number -> new Json.Int(number.longValue());
            case Map<?, ?> map -> {
                Map<String, Json> members = new LinkedHashMap<>();
                map.forEach((key, member) -> members.put(String.valueOf(key), of(member)));
                yield new Json.Obj(members);
            }
            case List<?> list -> {
                List<Json> items = new ArrayList<>();
                list.forEach(item -> items.add(of(item)));
                yield new Json.Arr(items);
            }
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        };
    }

    /** Members in the order given: key, value, key, value. */
    public static Json object(Object... pairs) {
        Map<String, Json> members = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            members.put((String) pairs[i], of(pairs[i + 1]));
        }
        return new Json.Obj(members);
    }

    /** One line. */
    public static String write(Json value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    /** One line of ASCII: every other character is escaped. */
    public static String ascii(Json value) {
        return ascii(write(value));
    }

    /** Several lines, members sorted by their names, so that the same value always looks the same. */
    public static String pretty(Json value) {
        StringBuilder out = new StringBuilder();
        pretty(value, "\n", out);
        return out.toString();
    }

    private static void pretty(Json value, String line, StringBuilder out) {
        String inner = line + "  ";
        switch (value) {
            case Json.Obj(Map<String, Json> members)
            when !members.isEmpty() -> {
                String separator = "{";
                for (Map.Entry<String, Json> member : new TreeMap<>(members).entrySet()) {
                    out.append(separator).append(inner);
                    string(member.getKey(), out);
                    out.append(": ");
                    pretty(member.getValue(), inner, out);
                    separator = ",";
                }
                out.append(line).append('}');
            }
            case Json.Arr(List<Json> items)
            when !items.isEmpty() -> {
                String separator = "[";
                for (Json item : items) {
                    out.append(separator).append(inner);
                    pretty(item, inner, out);
                    separator = ",";
                }
                out.append(line).append(']');
            }
            default -> write(value, out);
        }
    }

    /**
     * A line of JSON with an escape for every character that is not a printing one of ASCII: what looks like another character, moves the
     * cursor or turns the direction of writing is seen for what it is.
     */
    public static String ascii(String json) {
        StringBuilder out = new StringBuilder();
        json.chars().forEach(c -> {
            if (c >= 0x20 && c < 0x7f) {
                out.append((char) c);
            } else {
                out.append("\\u%04x".formatted(c));
            }
        });
        return out.toString();
    }

    private static void write(Json value, StringBuilder out) {
        switch (value) {
            case Json.Obj(Map<String, Json> members) -> {
                String separator = "{";
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    out.append(separator);
                    string(member.getKey(), out);
                    out.append(':');
                    write(member.getValue(), out);
                    separator = ",";
                }
                out.append(members.isEmpty() ? "{}" : "}");
            }
            case Json.Arr(List<Json> items) -> {
                out.append('[');
                String separator = "";
                for (Json item : items) {
                    out.append(separator);
                    write(item, out);
                    separator = ",";
                }
                out.append(']');
            }
            case Json.Str(String text) -> string(text, out);
            case Json.Int(long number) -> out.append(number);
            case Json.Dec(String number) -> out.append(number);
            case Json.Bool(boolean flag) -> out.append(flag);
            case Json.Null() -> out.append("null");
        }
    }

    private static void string(String text, StringBuilder out) {
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
                    if (c < 0x20 || (Character.isSurrogate(c) && !paired(text, i))) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean paired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
