package ambit.wire;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Strict reader of the fields of one message or record, in order, each with its bound. A field too few, too many, of
 * another type or out of bounds is a {@link MalformedException}.
 */
public final class Fields {
    /** Reads one value. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Cbor value) throws MalformedException;
    }

    /** Reads all fields. */
    @FunctionalInterface
    public interface Body<T> {
        T read(Fields in) throws MalformedException;
    }

    private final Iterator<Cbor> values;

    private Fields(List<Cbor> values) {
        this.values = values.iterator();
    }

    /** What {@code body} reads from all fields of a message {@code [tag, fields…]}, the tag first. */
    public static <T> T message(Cbor value, Body<T> body) throws MalformedException {
        if (!(value instanceof Cbor.Array array)) {
            throw new MalformedException("expected an array");
        }
        return all(array.items(), body);
    }

    /** What {@code body} reads from all fields of a record {@code {1: …, 2: …}}: keys 1, 2, … without a gap. */
    public static <T> T record(Cbor value, Body<T> body) throws MalformedException {
        if (!(value instanceof Cbor.Map map)) {
            throw new MalformedException("expected a map");
        }
        List<Cbor> values = new ArrayList<>();
        for (Cbor.Entry entry : map.entries()) {
            values.add(entry.value());
            if (!entry.key().equals(Cbor.of(values.size()))) {
                throw new MalformedException("unknown or missing key");
            }
        }
        return all(values, body);
    }

    /** What {@code body} reads from the record that these bytes are the encoding of. */
    public static <T> T record(Blob bytes, Body<T> body) throws MalformedException {
        return record(Cbor.decode(bytes.raw()), body);
    }

    private static <T> T all(List<Cbor> values, Body<T> body) throws MalformedException {
        Fields fields = new Fields(values);
        T result = body.read(fields);
        if (fields.values.hasNext()) {
            throw new MalformedException("unknown field");
        }
        return result;
    }

    public Cbor any() throws MalformedException {
        if (!values.hasNext()) {
            throw new MalformedException("missing field");
        }
        return values.next();
    }

    public long integer() throws MalformedException {
        return asInteger(any());
    }

    /** An integer from {@code least} to {@code most}. */
    public long integer(long least, long most) throws MalformedException {
        long value = integer();
        if (value < least || value > most) {
            throw new MalformedException("integer out of its range");
        }
        return value;
    }

    /** An integer from {@code least} to {@code most} as an {@code int}. */
    public int number(int least, int most) throws MalformedException {
        return (int) integer(least, most);
    }

    public boolean bool() throws MalformedException {
        if (!(any() instanceof Cbor.Bool(boolean value))) {
            throw new MalformedException("expected a boolean");
        }
        return value;
    }

    /** A text of at most {@code most} UTF-16 code units. */
    public String text(int most) throws MalformedException {
        return asText(any(), most);
    }

    /** A text within {@link Limits#NAME}. */
    public String name() throws MalformedException {
        return text(Limits.NAME);
    }

    /** A text within {@link Limits#MEMORY_KEY}. */
    public String key() throws MalformedException {
        return text(Limits.MEMORY_KEY);
    }

    /** A text within {@link Limits#SENTENCE}. */
    public String sentence() throws MalformedException {
        return text(Limits.SENTENCE);
    }

    /** At most {@code most} bytes. */
    public Blob bytes(int most) throws MalformedException {
        return asBytes(any(), 0, most);
    }

    /** Bytes within {@link Limits#ARTIFACT}. */
    public Blob artifact() throws MalformedException {
        return bytes(Limits.ARTIFACT);
    }

    /** Exactly 16 bytes. */
    public Blob id() throws MalformedException {
        return asBytes(any(), Limits.ID, Limits.ID);
    }

    /** Exactly 32 bytes: a SHA-256 or a key. */
    public Blob hash() throws MalformedException {
        return asBytes(any(), Limits.HASH, Limits.HASH);
    }

    /** Exactly {@code size} bytes, or none. */
    public Blob orEmpty(int size) throws MalformedException {
        Blob blob = bytes(size);
        if (!blob.isEmpty() && blob.size() != size) {
            throw new MalformedException("byte string of a wrong size");
        }
        return blob;
    }

    public Denial denial() throws MalformedException {
        return Denial.of(integer());
    }

    /** A denial, or none where the number is 0. */
    public Optional<Denial> optionalDenial() throws MalformedException {
        long number = integer();
        return number == 0 ? Optional.empty() : Optional.of(Denial.of(number));
    }

    /** A list of at most {@code most} elements. */
    public <T> List<T> list(int most, Reader<T> reader) throws MalformedException {
        if (!(any() instanceof Cbor.Array array) || array.items().size() > most) {
            throw new MalformedException("expected an array within its limit");
        }
        List<T> list = new ArrayList<>(array.items().size());
        for (Cbor item : array.items()) {
            list.add(reader.read(item));
        }
        return List.copyOf(list);
    }

    /** A list of at most {@code most} arrays of fields. */
    public <T> List<T> messages(int most, Body<T> body) throws MalformedException {
        return list(most, item -> message(item, body));
    }

    /** A list of at most {@code most} records. */
    public <T> List<T> records(int most, Body<T> body) throws MalformedException {
        return list(most, item -> record(item, body));
    }

    /** A list of at most {@code most} names. */
    public List<String> names(int most) throws MalformedException {
        return list(most, item -> asText(item, Limits.NAME));
    }

    /** A map of at most {@code most} entries whose keys are names. */
    public <T> SortedMap<String, T> map(int most, Reader<T> reader) throws MalformedException {
        if (!(any() instanceof Cbor.Map map) || map.entries().size() > most) {
            throw new MalformedException("expected a map within its limit");
        }
        SortedMap<String, T> result = new TreeMap<>();
        for (Cbor.Entry entry : map.entries()) {
            result.put(asText(entry.key(), Limits.NAME), reader.read(entry.value()));
        }
        return result;
    }

    public static long asInteger(Cbor value) throws MalformedException {
        if (!(value instanceof Cbor.Int(long integer))) {
            throw new MalformedException("expected an integer");
        }
        return integer;
    }

    /** {@code value} as a text of at most {@code most} UTF-16 code units. */
    public static String asText(Cbor value, int most) throws MalformedException {
        if (!(value instanceof Cbor.Text(String text)) || text.length() > most) {
            throw new MalformedException("expected a text within its limit");
        }
        return text;
    }

    /** {@code value} as a byte string of {@code least} to {@code most} bytes. */
    public static Blob asBytes(Cbor value, int least, int most) throws MalformedException {
        if (!(value instanceof Cbor.Bytes(Blob blob)) || blob.size() < least || blob.size() > most) {
            throw new MalformedException("expected a byte string within its limit");
        }
        return blob;
    }
}
