package ambit.sdk;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * What the core's signed proof of an answer says (docs/reference/formats.md). The exact bytes are verified first and parsed
 * after; each proof has one spelling, so what was read is written again and compared.
 *
 * @param context in hexadecimal digits, as are the next two digests
 * @param params SHA-256 of the parameters
 * @param result SHA-256 of the result
 * @param status 0 unless the call failed
 * @param scope the root of a search's tree in hexadecimal digits; empty for what is no search
 */
record Proof(String context, long sequence, String params, String result, long status, String scope) {
    private static final int SIGNATURE = 64;
    private static final int DIGEST = 32;
    private static final int CONTEXT = 16;
    private static final int BYTES = 0x40;
    private static final byte[] DOMAIN = "ambit/proof/v1".getBytes(StandardCharsets.US_ASCII);

    /** Reads a proof as it stands in an answer, if {@code key} signed it. */
    static Proof verified(String base64, CoreKey key) throws Unproved {
        byte[] cose = decoded(base64);
        byte[] header = concat(HexFormat.of().parseHex("a20127045820"), key.bytes());
        byte[] begin = concat(new byte[] {(byte) 0x84}, head(BYTES, header.length), header, new byte[] {(byte) 0xa0});
        byte[] payload = payload(cose, begin.length);
        byte[] signature = Arrays.copyOfRange(cose, Math.max(0, cose.length - SIGNATURE), cose.length);
        byte[] again = concat(begin, head(BYTES, payload.length), payload, head(BYTES, SIGNATURE), signature);
        if (!Arrays.equals(cose, again)) {
            throw new Unproved("its proof is malformed, or another core's");
        }
        byte[] label = "\u0084jSignature1".getBytes(StandardCharsets.ISO_8859_1);
        byte[] signed = concat(
                label,
                concat(head(BYTES, header.length), header),
                concat(head(BYTES, DOMAIN.length), DOMAIN),
                concat(head(BYTES, payload.length), payload));
        if (!key.verifies(signed, signature)) {
            throw new Unproved("the signature of its proof does not verify");
        }
        return parse(payload);
    }

    private static byte[] decoded(String base64) throws Unproved {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new Unproved("its proof is malformed");
        }
    }

    /** What stands between a header and a signature, without its own length; nothing if there is no room for it. */
    private static byte[] payload(byte[] cose, int from) {
        int end = cose.length - SIGNATURE - 2;
        int start = from + (from < cose.length && cose[from] == 0x58 ? 2 : 3);
        return start > end ? new byte[0] : Arrays.copyOfRange(cose, start, end);
    }

    private static Proof parse(byte[] payload) throws Unproved {
        try {
            ByteBuffer in = ByteBuffer.wrap(payload);
            in.position(3);
            byte[] context = take(in, CONTEXT);
            in.get();
            long sequence = integer(in);
            in.position(in.position() + 3);
            byte[] params = take(in, DIGEST);
            in.position(in.position() + 3);
            byte[] result = take(in, DIGEST);
            in.get();
            int end = in.position();
            byte[] again = concat(
                    concat(new byte[] {(byte) 0xa8, 1}, head(BYTES, CONTEXT), context),
                    concat(new byte[] {2}, head(0, sequence)),
                    concat(new byte[] {3}, head(BYTES, DIGEST), params),
                    concat(new byte[] {4}, head(BYTES, DIGEST), result),
                    new byte[] {5});
            if (Arrays.equals(again, Arrays.copyOf(payload, end))) {
                HexFormat hex = HexFormat.of();
                long status = integer(in);
                return new Proof(
                        hex.formatHex(context),
                        sequence,
                        hex.formatHex(params),
                        hex.formatHex(result),
                        status,
                        hex.formatHex(scope(in)));
            }
        } catch (java.nio.BufferUnderflowException | IllegalArgumentException e) {
            // It is too short.
        }
        throw new Unproved("its proof is malformed");
    }

    /** What stands after the place in the log and the transaction: 32 bytes, or none. */
    private static byte[] scope(ByteBuffer in) {
        in.get();
        integer(in);
        in.get();
        long name = integer(in, 0x60);
        in.position(in.position() + (int) name + 1);
        if (in.get() == BYTES) {
            return new byte[0];
        }
        in.get();
        return take(in, DIGEST);
    }

    private static byte[] take(ByteBuffer in, int count) {
        byte[] bytes = new byte[count];
        in.get(bytes);
        return bytes;
    }

    private static long integer(ByteBuffer in) {
        return integer(in, 0);
    }

    private static long integer(ByteBuffer in, int major) {
        int first = in.get() - major;
        return switch (first) {
            case 0x18 -> in.get() & 0xff;
            case 0x19 -> in.getShort() & 0xffff;
            case 0x1a -> in.getInt() & 0xffff_ffffL;
            case 0x1b -> in.getLong();
            default -> first;
        };
    }

    /** What a number of CBOR begins with. */
    static byte[] head(int major, long n) {
        ByteBuffer out = ByteBuffer.allocate(1 + Long.BYTES);
        if (n < 24) {
            out.put((byte) (major | n));
        } else if (n < 1 << 8) {
            out.put((byte) (major | 0x18)).put((byte) n);
        } else if (n < 1 << 16) {
            out.put((byte) (major | 0x19)).putShort((short) n);
        } else if (n < 1L << 32) {
            out.put((byte) (major | 0x1a)).putInt((int) n);
        } else {
            out.put((byte) (major | 0x1b)).putLong(n);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
