package ambit.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads one deterministic document and refuses every second spelling of it. */
final class CborDecoder {
    private static final int MAX_ROOM = 16;

    private final byte[] in;
    private int at;
    private int items;

    CborDecoder(byte[] in) {
        this.in = in;
    }

    Cbor document() throws MalformedException {
        Cbor value = value(0);
        if (at != in.length) {
            throw new MalformedException("bytes after the CBOR document");
        }
        return value;
    }

    private Cbor value(int depth) throws MalformedException {
        items++;
        if (depth > Cbor.MAX_DEPTH || items > Cbor.MAX_ITEMS) {
            throw new MalformedException("CBOR nested too deep or with too many values");
        }
        int initial = next();
        int major = initial >> 5;
        if (major == 7) {
            return simple(initial);
        }
        long argument = argument(initial & 31);
        return switch (major) {
            case 0 -> Cbor.of(argument);
            case 1 -> Cbor.of(~argument);
            case 2 -> Cbor.of(Blob.wrap(bytes(argument)));
            case 3 -> Cbor.of(text(argument));
            case 4 -> array(argument, depth);
            case 5 -> map(argument, depth);
            default -> throw new MalformedException("CBOR tags are not used");
        };
    }

    private static Cbor simple(int initial) throws MalformedException {
        return switch (initial) {
            case 0xf4 -> Cbor.of(false);
            case 0xf5 -> Cbor.of(true);
            case 0xf6 -> new Cbor.Null();
            default -> throw new MalformedException("CBOR floats and other simple values are not used");
        };
    }

    private long argument(int additional) throws MalformedException {
        if (additional < 24) {
            return additional;
        }
        if (additional > 27) {
            throw new MalformedException("indefinite or reserved CBOR length");
        }
        int width = 1 << (additional - 24);
        long argument = 0;
        for (int i = 0; i < width; i++) {
            argument = argument << 8 | next();
        }
        // The least value that needs this width; a larger width for a smaller value would be a second spelling.
        long least = width == 1 ? 24 : 1L << (4 * width);
        if (argument < 0 || argument < least) {
            throw new MalformedException("CBOR integer out of range or not in its shortest form");
        }
        return argument;
    }

    private Cbor array(long count, int depth) throws MalformedException {
        List<Cbor> list = new ArrayList<>(room(count));
        for (long i = 0; i < count; i++) {
            list.add(value(depth + 1));
        }
        return new Cbor.Array(list);
    }

    private Cbor map(long count, int depth) throws MalformedException {
        List<Cbor.Entry> entries = new ArrayList<>(room(count));
        byte[] previous = {};
        for (long i = 0; i < count; i++) {
            int start = at;
            Cbor key = value(depth + 1);
            if (!(key instanceof Cbor.Int || key instanceof Cbor.Text)) {
                throw new MalformedException("a CBOR map key is an integer or a text");
            }
            byte[] encoded = Arrays.copyOfRange(in, start, at);
            if (Arrays.compareUnsigned(previous, encoded) >= 0) {
                throw new MalformedException("CBOR map keys unsorted or duplicate");
            }
            previous = encoded;
            entries.add(new Cbor.Entry(key, value(depth + 1)));
        }
        return new Cbor.Map(entries);
    }

    /**
     * How many to make room for at first. Each value takes at least one byte, so a count beyond what is left is refused; one that is not may
     * still be a lie, and nested lies would add up.
     */
    private int room(long count) throws MalformedException {
        if (count > in.length - at || count > Cbor.MAX_ITEMS) {
            throw new MalformedException("CBOR count beyond the document");
        }
        return (int) Math.min(count, MAX_ROOM);
    }

    private String text(long length) throws MalformedException {
        int from = skip(length);
        return Utf8.decode(in, from, (int) length);
    }

    private byte[] bytes(long length) throws MalformedException {
        int from = skip(length);
        return Arrays.copyOfRange(in, from, at);
    }

    private int skip(long length) throws MalformedException {
        if (length > in.length - at) {
            throw new MalformedException("CBOR string beyond the document");
        }
        int from = at;
        at += (int) length;
        return from;
    }

    private int next() throws MalformedException {
        if (at == in.length) {
            throw new MalformedException("CBOR document cut short");
        }
        return in[at++] & 0xff;
    }
}
