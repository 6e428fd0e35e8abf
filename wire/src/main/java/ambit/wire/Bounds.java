package ambit.wire;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How large a component of a {@link Cbor.Message} may be, on its type or on that of its elements. What says nothing: a text has
 * {@link Limits#NAME}, bytes have {@link Limits#ARTIFACT}, a list or map has {@link Limits#LIVE}, a number the range of its Java type.
 */
public final class Bounds {
    /** Exactly 16 bytes. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE_USE)
    public @interface Bytes16 {}

    /** Exactly 32 bytes: a SHA-256 or a key. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE_USE)
    public @interface Bytes32 {}

    /** Besides an {@link Bytes16} or {@link Bytes32}: or no bytes at all. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE_USE)
    public @interface OrEmpty {}

    /** Bytes, UTF-16 code units, elements or entries, at most. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE_USE)
    public @interface Max {
        int value();
    }

    /** An integer between these, both included. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE_USE)
    public @interface Range {
        long from() default 0;

        long to() default Long.MAX_VALUE;
    }

    /** The number of a kind of a sealed interface where that is not its place: a kind that came later, with room before it. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    public @interface Tag {
        long value();
    }

    private Bounds() {}
}
