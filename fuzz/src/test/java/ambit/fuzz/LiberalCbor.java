package ambit.fuzz;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads every spelling of RFC 8949 that says a value of the wire: integers and lengths of any width, indefinite lengths, keys in any order.
 * It shares nothing with the decoder but the values and the two limits.
 */
final class LiberalCbor {
    private final ByteBuffer in;
    private int values;

    private LiberalCbor(byte[] in) {
        this.in = ByteBuffer.wrap(in);
    }

    /** What the bytes say; empty where they say nothing that the wire has. */
    static Optional<Cbor> read(byte[] bytes) {
        try {
            LiberalCbor reader = new LiberalCbor(bytes);
            Cbor value = reader.value(0);
            return reader.in.hasRemaining() ? Optional.empty() : Optional.of(value);
        } catch (java.nio.BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private Cbor value(int depth) throws CharacterCodingException {
        if (depth > Cbor.MAX_DEPTH || ++values > Cbor.MAX_ITEMS) {
            throw new IllegalArgumentException("beyond a limit");
        }
        int initial = in.get() & 0xff;
        int info = initial & 31;
        return switch (initial >> 5) {
            case 0 -> Cbor.of(argument(info));
            case 1 -> Cbor.of(-1 - argument(info));
            case 2 -> Cbor.of(Blob.of(string(2, info)));
            case 3 ->
                Cbor.of(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(string(3, info)))
                        .toString());
            case 4 -> array(info, depth);
            case 5 -> map(info, depth);
            case 7 -> simple(initial);
            default -> throw new IllegalArgumentException("a tag");
        };
    }

    private static Cbor simple(int initial) {
        return switch (initial & 31) {
            case 20 -> Cbor.of(false);
            case 21 -> Cbor.of(true);
            case 22 -> new Cbor.Null();
            default -> throw new IllegalArgumentException("a float or another simple value");
        };
    }

    private long argument(int info) {
        long argument = switch (info) {
            case 24 -> in.get() & 0xffL;
            case 25 -> in.getShort() & 0xffffL;
            case 26 -> in.getInt() & 0xffff_ffffL;
            case 27 -> in.getLong();
            default -> info < 24 ? info : -1;
        };
        if (argument < 0) {
            throw new IllegalArgumentException("beyond 63 bits or reserved");
        }
        return argument;
    }

    private byte[] string(int major, int info) {
        if (info != 31) {
            long length = argument(info);
            if (length > in.remaining()) {
                throw new IllegalArgumentException("cut short");
            }
            byte[] bytes = new byte[(int) length];
            in.get(bytes);
            return bytes;
        }
        java.io.ByteArrayOutputStream pieces = new java.io.ByteArrayOutputStream();
        for (int initial = in.get() & 0xff; initial != 0xff; initial = in.get() & 0xff) {
            if (initial >> 5 != major || (initial & 31) == 31) {
                throw new IllegalArgumentException("a piece of another kind");
            }
            pieces.writeBytes(string(major, initial & 31));
        }
        return pieces.toByteArray();
    }

    /** Whether another element follows; an indefinite length ends with a break. */
    private boolean more(long count, long read) {
        if (count >= 0) {
            return read < count;
        }
        boolean end = (in.get(in.position()) & 0xff) == 0xff;
        if (end) {
            in.get();
        }
        return !end;
    }

    private Cbor array(int info, int depth) throws CharacterCodingException {
        long count = info == 31 ? -1 : argument(info);
        List<Cbor> items = new ArrayList<>();
        while (more(count, items.size())) {
            items.add(value(depth + 1));
        }
        return new Cbor.Array(items);
    }

    private Cbor map(int info, int depth) throws CharacterCodingException {
        long count = info == 31 ? -1 : argument(info);
        List<Cbor.Entry> entries = new ArrayList<>();
        while (more(count, entries.size())) {
            Cbor key = value(depth + 1);
            entries.add(new Cbor.Entry(key, value(depth + 1)));
        }
        return new Cbor.Map(entries);
    }
}
