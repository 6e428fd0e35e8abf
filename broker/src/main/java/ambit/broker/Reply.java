package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.Denial;

/** What came of a syscall. */
sealed interface Reply {
    /**
     * The effect's result, proved to belong to the asking context.
     *
     * @param status like HTTP's; 200 unless the far side answered with something else
     * @param body what follows the chunks that were forwarded already: the whole result if there were none
     * @param proof the core's signed proof, empty where the core has no part in the result
     */
    record Result(int status, Blob body, Blob proof) implements Reply {}

    /** Refused, or failed on the way; nothing of a result may be shown. */
    record Refused(Denial code, String sentence) implements Reply {}
}
