package ambit.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the deterministic encoding. */
final class CborEncoder {
    private byte[] out = new byte[256];
    private int length;
    private int items;

    private CborEncoder() {}

    static byte[] encode(Cbor value) {
        CborEncoder encoder = new CborEncoder();
        encoder.value(value, 0);
        return Arrays.copyOf(encoder.out, encoder.length);
    }

    private void value(Cbor value, int depth) {
        items++;
        if (depth > Cbor.MAX_DEPTH || items > Cbor.MAX_ITEMS) {
            throw new IllegalArgumentException("a document nested too deep or with too many values");
        }
        switch (value) {
            case Cbor.Int(long n) -> head(n >= 0 ? 0 : 1, n >= 0 ? n : ~n);
            case Cbor.Bytes(Blob blob) -> string(2, blob.raw());
            case Cbor.Text(String text) -> string(3, text.getBytes(StandardCharsets.UTF_8));
            case Cbor.Array array -> {
                head(4, array.items().size());
                for (Cbor item : array.items()) {
                    value(item, depth + 1);
                }
            }
            case Cbor.Map map -> {
                head(5, map.entries().size());
                for (Cbor.Entry entry : map.entries()) {
                    value(entry.key(), depth + 1);
                    value(entry.value(), depth + 1);
                }
            }
            case Cbor.Bool(boolean yes) -> write(yes ? 0xf5 : 0xf4);
            case Cbor.Null() -> write(0xf6);
        }
    }

    private void string(int major, byte[] bytes) {
        head(major, bytes.length);
        reserve(bytes.length);
        System.arraycopy(bytes, 0, out, length, bytes.length);
        length += bytes.length;
    }

    private void write(int octet) {
        reserve(1);
        out[length++] = (byte) octet;
    }

    private void reserve(int more) {
        if (out.length - length < more) {
            out = Arrays.copyOf(out, Math.max(Math.addExact(length, more), Math.multiplyExact(2, length)));
        }
    }

    private void head(int major, long argument) {
        int type = major << 5;
        if (argument < 24) {
            write(type | (int) argument);
        } else if (argument <= 0xff) {
            bigEndian(type | 24, argument, 1);
        } else if (argument <= 0xffff) {
            bigEndian(type | 25, argument, 2);
        } else if (argument <= 0xffffffffL) {
            bigEndian(type | 26, argument, 4);
        } else {
            bigEndian(type | 27, argument, 8);
        }
    }

    private void bigEndian(int initial, long argument, int width) {
        write(initial);
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            write((int) (argument >>> shift));
        }
    }
}
