package ambit.wire;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recursive descent over one document, RFC 8259 grammar with the restrictions of {@link Json}. */
final class JsonParser {
    /** Digits and decimal exponent that every parser's double can hold, with room. */
    private static final int MAX_DIGITS = 40;

    private static final int MAX_EXPONENT = 300;
    private static final char END = '\uffff';

    private final String in;
    private int at;

    JsonParser(String in) {
        this.in = in;
    }

    Json document() throws MalformedException {
        Json value = value(0);
        if (at < in.length()) {
            throw new MalformedException("text after the JSON document");
        }
        return value;
    }

    /** One value with the white space around it. */
    private Json value(int depth) throws MalformedException {
        if (depth > Json.MAX_DEPTH) {
            throw new MalformedException("JSON nested too deep");
        }
        skipSpace();
        char first = peek();
        Json value = switch (first) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> new Json.Str(string());
            case 't' -> word("true", new Json.Bool(true));
            case 'f' -> word("false", new Json.Bool(false));
            case 'n' -> word("null", new Json.Null());
            default -> number();
        };
        skipSpace();
        return value;
    }

    private Json object(int depth) throws MalformedException {
        at++;
        Map<String, Json> members = new LinkedHashMap<>();
        skipSpace();
        if (accept('}')) {
            return new Json.Obj(members);
        }
        do {
            skipSpace();
            String key = string();
            skipSpace();
            expect(':');
            if (members.put(key, value(depth + 1)) != null) {
                throw new MalformedException("duplicate JSON key");
            }
        } while (accept(','));
        expect('}');
        return new Json.Obj(members);
    }

    private Json array(int depth) throws MalformedException {
        at++;
        List<Json> items = new ArrayList<>();
        skipSpace();
        if (accept(']')) {
            return new Json.Arr(items);
        }
        do {
            items.add(value(depth + 1));
        } while (accept(','));
        expect(']');
        return new Json.Arr(items);
    }

    private String string() throws MalformedException {
        expect('"');
        int start = at;
        while (peek() != '"' && peek() != '\\' && peek() >= 0x20 && at < in.length()) {
            at++;
        }
        if (peek() == '"') {
            return in.substring(start, at++);
        }
        StringBuilder text = new StringBuilder(in.substring(start, at));
        while (!accept('"')) {
            text.append(unit());
        }
        if (!Utf8.isWellFormed(text)) {
            throw new MalformedException("lone surrogate in a JSON string");
        }
        return text.toString();
    }

    private char unit() throws MalformedException {
        if (at >= in.length() || in.charAt(at) < 0x20) {
            throw new MalformedException("JSON string not closed or with a control character");
        }
        char unit = in.charAt(at++);
        if (unit != '\\') {
            return unit;
        }
        char escape = peek();
        at++;
        return switch (escape) {
            case '"', '\\', '/' -> escape;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex4();
            default -> throw new MalformedException("unknown JSON escape");
        };
    }

    private char hex4() throws MalformedException {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            char c = peek();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw new MalformedException("invalid JSON \\u escape");
            }
            unit = unit << 4 | digit;
            at++;
        }
        return (char) unit;
    }

    private Json number() throws MalformedException {
        int start = at;
        accept('-');
        if (!accept('0')) {
            digits();
        }
        boolean whole = true;
        if (accept('.')) {
            whole = false;
            digits();
        }
        if (accept('e') || accept('E')) {
            whole = false;
            if (!accept('+')) {
                accept('-');
            }
            digits();
        }
        if (at - start > MAX_DIGITS + 8) {
            throw new MalformedException("JSON number too long");
        }
        String number = in.substring(start, at);
        return whole ? integer(number) : decimal(number);
    }

    private static Json integer(String number) throws MalformedException {
        try {
            return new Json.Int(Long.parseLong(number));
        } catch (NumberFormatException e) {
            throw new MalformedException("JSON integer beyond 64 bits");
        }
    }

    private static Json decimal(String number) throws MalformedException {
        try {
            BigDecimal value = new BigDecimal(number);
            BigDecimal shortest = value.stripTrailingZeros();
            // The decimal exponent of the leading digit.
            long leading = (long) value.precision() - value.scale() - 1;
            if (value.precision() > MAX_DIGITS || Math.abs(leading) > MAX_EXPONENT) {
                throw new MalformedException("JSON number out of range");
            }
            return new Json.Dec(shortest.toString());
        } catch (NumberFormatException e) {
            throw new MalformedException("JSON number out of range");
        }
    }

    private void digits() throws MalformedException {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == start) {
            throw new MalformedException("not a JSON value");
        }
    }

    private Json word(String word, Json value) throws MalformedException {
        if (!in.startsWith(word, at)) {
            throw new MalformedException("not a JSON value");
        }
        at += word.length();
        return value;
    }

    private void skipSpace() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    /** The next code unit, or {@link #END}, which no token begins with and no escape is. */
    private char peek() {
        return at < in.length() ? in.charAt(at) : END;
    }

    private boolean accept(char wanted) {
        boolean found = peek() == wanted;
        if (found) {
            at++;
        }
        return found;
    }

    private void expect(char wanted) throws MalformedException {
        if (!accept(wanted)) {
            throw new MalformedException("not a JSON value");
        }
    }
}
