package ambit.sdk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Just enough JSON to put a request together and to take the kernel's answer, an object, apart; values stay raw text. */
final class RawJson {
    private RawJson() {}

    /** A string as a JSON string. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** The string that a JSON string spells. */
    static String unquote(String json) throws IOException {
        if (json.length() < 2 || json.charAt(0) != '"' || json.charAt(json.length() - 1) != '"') {
            throw new IOException("not a JSON string: " + json);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < json.length() - 1; i++) {
            char c = json.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escape = json.charAt(++i);
            if (escape == 'u') {
                text.append(unit(json, i + 1));
                i += 4;
            } else {
                int known = "bfnrt".indexOf(escape);
                text.append(known < 0 ? escape : "\b\f\n\r\t".charAt(known));
            }
        }
        return text.toString();
    }

    private static char unit(String json, int from) throws IOException {
        try {
            return (char) HexFormat.fromHexDigits(json, from, from + 4);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException("not a JSON string: " + json, e);
        }
    }

    /** Whether all surrogates come in pairs: without, a string has no UTF-8. */
    static boolean isText(String text) {
        return text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
    }

    /** The members of an object, their values as the exact text between the colon and what ends them, space included. */
    static Map<String, String> members(String object) throws IOException {
        String text = object.strip();
        if (text.isEmpty() || text.charAt(0) != '{' || text.charAt(text.length() - 1) != '}') {
            throw new IOException("the kernel's answer is no JSON object");
        }
        Map<String, String> members = new LinkedHashMap<>();
        int at = skipSpace(text, 1);
        while (text.charAt(at) != '}') {
            int nameEnd = endOfValue(text, at);
            int colon = skipSpace(text, nameEnd);
            int end = skipSpace(text, endOfValue(text, skipSpace(text, colon + 1)));
            String name = unquote(text.substring(at, nameEnd));
            boolean whole = text.charAt(colon) == ':' && (text.charAt(end) == ',' || text.charAt(end) == '}');
            if (!whole || members.put(name, text.substring(colon + 1, end)) != null) {
                throw new IOException("the kernel's answer is no JSON object with one value for each name");
            }
            at = text.charAt(end) == ',' ? skipSpace(text, end + 1) : end;
        }
        return members;
    }

    /** The elements of an array, as text. */
    static List<String> elements(String array) throws IOException {
        String text = array.strip();
        if (text.isEmpty() || text.charAt(0) != '[' || text.charAt(text.length() - 1) != ']') {
            throw new IOException("not a JSON array");
        }
        List<String> elements = new ArrayList<>();
        int at = skipSpace(text, 1);
        while (text.charAt(at) != ']') {
            int end = endOfValue(text, at);
            elements.add(text.substring(at, end));
            at = skipSpace(text, end);
            if (text.charAt(at) == ',') {
                at = skipSpace(text, at + 1);
            } else if (text.charAt(at) != ']') {
                throw new IOException("not a JSON array");
            }
        }
        return elements;
    }

    private static int skipSpace(String text, int from) throws IOException {
        int at = from;
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (at >= text.length()) {
            throw new IOException("the kernel's answer ends too early");
        }
        return at;
    }

    /** The index after the value that starts at an index: brackets are counted, strings skipped. */
    private static int endOfValue(String text, int start) throws IOException {
        int depth = 0;
        boolean inString = false;
        for (int at = start; at < text.length(); at++) {
            char c = text.charAt(at);
            if (inString) {
                if (c == '\\') {
                    at++;
                } else if (c == '"') {
                    inString = false;
                    if (depth == 0) {
                        return at + 1;
                    }
                }
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                if (depth == 0) {
                    return at;
                }
                if (--depth == 0) {
                    return at + 1;
                }
            } else if (depth == 0 && (c == ',' || c == ':' || c <= ' ')) {
                return at;
            }
        }
        throw new IOException("the kernel's answer ends too early");
    }
}
