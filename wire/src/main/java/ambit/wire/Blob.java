package ambit.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Immutable bytes, equal by content. Used wherever bytes cross a boundary; safe to share between threads.
 *
 * <p>{@link #toString()} shows only the length and at most four bytes, so that a log line cannot carry a payload.
 */
public final class Blob implements Comparable<Blob> {
    public static final Blob EMPTY = new Blob(new byte[0]);

    private final byte[] bytes;

    private Blob(byte[] owned) {
        this.bytes = owned;
    }

    /** A copy of {@code bytes}. */
    public static Blob of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Blob(bytes.clone());
    }

    /** A copy of {@code bytes}, which must be exactly {@code size} long. */
    public static Blob sized(byte[] bytes, int size) {
        if (bytes.length != size) {
            throw new IllegalArgumentException("expected " + size + " bytes, got " + bytes.length);
        }
        return of(bytes);
    }

    public static Blob utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes that {@code hex} spells (lower or upper case, no separators). */
    public static Blob fromHex(String hex) {
        return new Blob(HexFormat.of().parseHex(hex));
    }

    /** Takes over an array that nobody else holds. */
    static Blob wrap(byte[] owned) {
        return owned.length == 0 ? EMPTY : new Blob(owned);
    }

    /** The array itself, for readers in this package that do not change it. */
    byte[] raw() {
        return bytes;
    }

    /** The SHA-256 of these bytes, 32 bytes. */
    public Blob sha256() {
        return new Blob(Sha256.fresh().digest(bytes));
    }

    public int size() {
        return bytes.length;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    public byte[] toArray() {
        return bytes.clone();
    }

    /** Lower-case hex without separators. */
    public String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    /** Unsigned, byte by byte; a prefix comes before what it begins. */
    @Override
    public int compareTo(Blob other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    /** Equality by content, in time that depends on the lengths alone. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Blob blob && MessageDigest.isEqual(bytes, blob.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        String start = HexFormat.of().formatHex(bytes, 0, Math.min(4, bytes.length));
        return "Blob(" + bytes.length + ": " + start + (bytes.length > 4 ? "…)" : ")");
    }
}
