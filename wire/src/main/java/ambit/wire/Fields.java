package ambit.wire;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Strict reader of the fields of one message or record, in order, each with its bound. A field too few, too many, of
 * another type or out of bounds is a {@link MalformedException}; call {@link #end()} after the last one.
 */
public final class Fields {
    /** Reads one element of a list or map. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Cbor value) throws MalformedException;
    }

    private final Iterator<Cbor> values;

    private Fields(List<Cbor> values) {
        this.values = values.iterator();
    }

    /** The fields of a message {@code [tag, fields…]}, the tag first. */
    public static Fields ofMessage(Cbor value) throws MalformedException {
        if (!(value instanceof Cbor.Array array)) {
            throw new MalformedException("expected an array");
        }
        return new Fields(array.items());
    }

    /** The fields of a record {@code {1: …, 2: …}}: keys are 1, 2, … without a gap, all of them present. */
    public static Fields ofRecord(Cbor value) throws MalformedException {
        if (!(value instanceof Cbor.Map map)) {
            throw new MalformedException("expected a map");
        }
        List<Cbor> values = new ArrayList<>();
        for (Cbor.Entry entry : map.entries()) {
            if (!entry.key().equals(Cbor.of(values.size() + 1L))) {
                throw new MalformedException("unknown or missing key");
            }
            values.add(entry.value());
        }
        return new Fields(values);
    }

    public Cbor any() throws MalformedException {
        if (!values.hasNext()) {
            throw new MalformedException("missing field");
        }
        return values.next();
    }

    public long integer() throws MalformedException {
        if (!(any() instanceof Cbor.Int(long value))) {
            throw new MalformedException("expected an integer");
        }
        return value;
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

    /** At most {@code most} bytes. */
    public Blob bytes(int most) throws MalformedException {
        return asBytes(any(), 0, most);
    }

    /** Exactly {@code size} bytes. */
    public Blob exactly(int size) throws MalformedException {
        return asBytes(any(), size, size);
    }

    /** Exactly {@code size} bytes, or none. */
    public Blob exactlyOrEmpty(int size) throws MalformedException {
        Blob blob = bytes(size);
        if (!blob.isEmpty() && blob.size() != size) {
            throw new MalformedException("byte string of a wrong size");
        }
        return blob;
    }

    public Denial denial() throws MalformedException {
        return Denial.of(number(1, Integer.MAX_VALUE));
    }

    /** A denial, or none where the number is 0. */
    public Optional<Denial> optionalDenial() throws MalformedException {
        int number = number(0, Integer.MAX_VALUE);
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

    /** A map of at most {@code most} entries with text keys of at most {@code mostKey} code units. */
    public <T> SortedMap<String, T> textMap(int most, int mostKey, Reader<T> reader) throws MalformedException {
        if (!(any() instanceof Cbor.Map map) || map.entries().size() > most) {
            throw new MalformedException("expected a map within its limit");
        }
        SortedMap<String, T> result = new TreeMap<>();
        for (Cbor.Entry entry : map.entries()) {
            result.put(asText(entry.key(), mostKey), reader.read(entry.value()));
        }
        return result;
    }

    /** Refuses what follows the last field. */
    public void end() throws MalformedException {
        if (values.hasNext()) {
            throw new MalformedException("unknown field");
        }
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
