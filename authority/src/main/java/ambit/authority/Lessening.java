package ambit.authority;

import ambit.wire.Blob;

/** A block below a grant: all that it can do is take away. */
public interface Lessening {
    /** Its own id, 16 bytes. */
    Blob id();

    /** Seconds since 1970. */
    long expires();

    /** {@link Bitmap} of the grant's capabilities that are gone below it. */
    Blob drop();

    /** The agent that the block is for. */
    String agent();
}
