package ambit.broker;

import ambit.wire.Blob;
import java.util.Optional;

/** Judges whether a reply belongs to the context that is about to see it. */
@FunctionalInterface
interface Proofs {
    /**
     * What a proof has to say.
     *
     * @param params SHA-256 of the parameters
     * @param result SHA-256 of the result, its chunks first; empty for a failure, of which only the code is shown
     */
    record Expected(Blob context, String transaction, long sequence, Blob params, Optional<Blob> result) {}

    /** Whether {@code proof} is the core's, and says exactly this. Never throws for foreign bytes. */
    boolean confirm(Blob proof, Expected expected);
}
