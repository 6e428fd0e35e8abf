package ambit.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A value in the deterministic subset of CBOR (RFC 8949 §4.2.1): shortest integers within {@code long}, definite lengths,
 * map keys sorted by their encoding and unique, valid UTF-8, no floats, no tags, no undefined.
 *
 * <p>Each value has one encoding: {@link #decode} accepts exactly what {@link #encode} writes.
 */
public sealed interface Cbor {
    /** Nesting: a value inside this many arrays and maps is the deepest allowed. Agents nest as deep as chains, two for each. */
    int MAX_DEPTH = 160;

    /** Values in one document, so that a small frame cannot become a large heap. */
    int MAX_ITEMS = 1 << 16;

    record Int(long value) implements Cbor {}

    record Bytes(Blob value) implements Cbor {}

    record Text(String value) implements Cbor {
        public Text {
            Utf8.requireWellFormed(value);
        }
    }

    record Array(List<Cbor> items) implements Cbor {
        public Array {
            items = List.copyOf(items);
        }
    }

    /** Entries in the order of the encoding, whatever order they were given in. */
    record Map(List<Entry> entries) implements Cbor {
        public Map {
            List<Entry> sorted = new ArrayList<>(entries);
            sorted.sort(Entry::order);
            for (int i = 1; i < sorted.size(); i++) {
                if (sorted.get(i - 1).key().equals(sorted.get(i).key())) {
                    throw new IllegalArgumentException("duplicate map key");
                }
            }
            entries = List.copyOf(sorted);
        }
    }

    record Bool(boolean value) implements Cbor {}

    record Null() implements Cbor {}

    /** What knows its own encoding. */
    interface Message {
        default Cbor toCbor() {
            return Codec.write(this);
        }

        /** What must hold besides the bounds of each field; asked of every one that is read. */
        default void check() throws MalformedException {}

        /** The exact bytes of the one encoding. */
        default Blob toBlob() {
            return Blob.wrap(encode(toCbor()));
        }
    }

    /** A record that is written as a map: what is signed, and its parts. */
    interface Artifact extends Message {}

    /** What these bytes say, or a refusal of all that is not exactly the encoding of such a record or kind. */
    static <T extends Message> T parse(Class<T> type, Blob bytes) throws MalformedException {
        return parse(type, decode(bytes.raw()));
    }

    /** What this value says. */
    static <T extends Message> T parse(Class<T> type, Cbor value) throws MalformedException {
        return Codec.read(type, value);
    }

    /** A map entry; its key is an {@link Int} or a {@link Text}. */
    record Entry(Cbor key, Cbor value) {
        public Entry {
            if (!(key instanceof Int || key instanceof Text)) {
                throw new IllegalArgumentException("a map key is an integer or a text");
            }
        }

        /** The order of the encoded keys. */
        private static int order(Entry left, Entry right) {
            return left.key instanceof Int(long a) && right.key instanceof Int(long b) && a >= 0 && b >= 0
                    ? Long.compare(a, b)
                    : Arrays.compareUnsigned(encode(left.key), encode(right.key));
        }
    }

    static Cbor of(long value) {
        return new Int(value);
    }

    static Cbor of(Blob value) {
        return new Bytes(value);
    }

    static Cbor of(String value) {
        return new Text(value);
    }

    static Cbor of(boolean value) {
        return new Bool(value);
    }

    /**
     * A field of a message as CBOR: whole numbers, texts, bytes, booleans, constants by their number, optional denials (0 for none),
     * lists and text-keyed maps of these, and what says itself how it is written.
     */
    private static Cbor field(Object value) {
        return switch (value) {
            // First what is one class and what there is most of: that a class is of none of the interfaces takes a
            // search to find out.
            case Long number -> of((long) number);
            case Blob blob -> of(blob);
            case String text -> of(text);
            case Integer number -> of((long) number);
            case Boolean yes -> of(yes);
            case Cbor cbor -> cbor;
            case Message message -> message.toCbor();
            case Numbered constant -> of(constant.number());
            case java.nio.file.Path path -> of(path.toString());
            case java.net.URI address -> of(address.toString());
            case java.time.Duration time -> of(time.toMillis());
            case Optional<?> optional -> optional.map(Cbor::field).orElse(of(0));
            case List<?> list -> {
                List<Cbor> items = new ArrayList<>(list.size());
                for (Object item : list) {
                    items.add(field(item));
                }
                yield new Array(items);
            }
            case java.util.Map<?, ?> map ->
                new Map(map.entrySet().stream()
                        .map(e -> new Entry(field(e.getKey()), field(e.getValue())))
                        .toList());
            default -> throw new IllegalArgumentException("no encoding for " + value.getClass());
        };
    }

    /** An array of fields: whole numbers, texts, bytes, booleans, {@link Message}s, lists and maps of these. */
    static Cbor array(Object... fields) {
        return field(Arrays.asList(fields));
    }

    /** A record: the map {@code {1: first field, 2: second field, …}}, of the same kinds of fields. */
    static Cbor record(Object... fields) {
        List<Entry> entries = new ArrayList<>(fields.length);
        for (int i = 0; i < fields.length; i++) {
            entries.add(new Entry(of(i + 1L), field(fields[i])));
        }
        return new Map(entries);
    }

    /** The one encoding of {@code value}; refuses with {@link IllegalArgumentException} what {@link #decode} would refuse. */
    static byte[] encode(Cbor value) {
        return CborEncoder.encode(value);
    }

    /** The value that {@code bytes} are the deterministic encoding of, without anything after it. */
    static Cbor decode(byte[] bytes) throws MalformedException {
        return new CborDecoder(bytes).document();
    }
}
