package ambit.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A strictly parsed JSON value: I-JSON (RFC 7493) and narrower. The core decides over this value and a driver executes the same
 * bytes, so whatever two parsers could read differently is refused: duplicate keys, lone surrogates, invalid UTF-8, a byte
 * order mark, integers beyond {@code long}, numbers with more digits or a larger exponent than a double holds.
 */
public sealed interface Json {
    /** Bytes of one document. */
    int MAX_BYTES = 1 << 20;

    /** A value inside this many arrays and objects is the deepest allowed. */
    int MAX_DEPTH = 32;

    /** Members in the order of the document. */
    record Obj(Map<String, Json> members) implements Json {
        public Obj {
            members = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }
    }

    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    record Str(String value) implements Json {}

    /** A number written without fraction and exponent. */
    record Int(long value) implements Json {}

    /**
     * A number written with a fraction or an exponent.
     *
     * @param canonical one spelling for each value: BigDecimal's without trailing zeros
     */
    record Dec(String canonical) implements Json {}

    record Bool(boolean value) implements Json {}

    record Null() implements Json {}

    /** The text as a JSON string in ASCII. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            boolean plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
            quoted.append(plain ? Character.toString(c) : "\\u%04x".formatted(c));
        });
        return quoted.append('"').toString();
    }

    /** The value of one whole document in UTF-8. */
    static Json parse(Blob document) throws MalformedException {
        if (document.size() > MAX_BYTES) {
            throw new MalformedException("JSON document beyond its limit");
        }
        byte[] bytes = document.raw();
        return new JsonParser(Utf8.decode(bytes, 0, bytes.length)).document();
    }
}
