package ambit.sdk;

import java.io.IOException;

/**
 * An answer without the core's proof that it is the answer to this call. Nothing of it is given back; what was asked for may
 * have happened. Where the kernel does not say whose proofs count, this is thrown before anything is asked.
 */
public final class Unproved extends IOException {
    private static final long serialVersionUID = 1;

    Unproved(String why) {
        super("the answer is not proved to belong to this call: " + why);
    }
}
