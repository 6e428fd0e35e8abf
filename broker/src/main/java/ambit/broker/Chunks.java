package ambit.broker;

import ambit.wire.Blob;
import java.io.IOException;

/** Takes the pieces of a streamed result as they come. */
@FunctionalInterface
interface Chunks {
    /** Forwards one piece; an exception ends the call. */
    void forward(Blob piece) throws IOException;
}
