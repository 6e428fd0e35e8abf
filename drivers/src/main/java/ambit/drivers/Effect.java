package ambit.drivers;

import ambit.authority.Receipt;
import ambit.wire.Blob;
import java.util.List;
import java.util.function.Supplier;

/** One kind of thing that a driver can do on a permit. */
@FunctionalInterface
interface Effect {
    /**
     * Carries out the call, on exactly the bytes that were checked.
     *
     * @throws DriverFailure when there is no answer; what went into {@code sink} until then is void
     */
    Answer perform(Call call, Sink sink, Cancellation cancellation) throws DriverFailure;

    /**
     * A checked call.
     *
     * @param context the context that calls
     * @param operation what stands after the tool's name in the capability's, {@code git_log} of {@code git.git_log}
     * @param params exact bytes of the JSON parameters; their digest is the permit's
     * @param definition the pinned hash of the operation's definition, or empty
     * @param maxBytes bytes of answer, chunks included
     */
    record Call(LiveContext context, String operation, Blob params, Blob definition, long maxBytes) {}

    /**
     * What came of it.
     *
     * @param status as in HTTP: 200, or 404 where there is no value
     * @param result JSON, or empty where all of it went through the sink
     * @param meters what the call took, as far as the other side said so
     * @param scope the root of the tree that proves what a search was made in; empty for what is no search
     */
    record Answer(int status, Blob result, List<Receipt.Meter> meters, Blob scope) {
        Answer(int status, Blob result, List<Receipt.Meter> meters) {
            this(status, result, meters, Blob.EMPTY);
        }

        Answer(int status, Blob result) {
            this(status, result, List.of());
        }
    }

    /** Takes the parts of a streamed answer, each at once on its way. */
    @FunctionalInterface
    interface Sink {
        void chunk(byte[] bytes) throws DriverFailure;

        /** Tells what the call has taken whenever it is asked: what counts where there will be no answer. */
        default void meters(Supplier<List<Receipt.Meter>> untilNow) {}
    }
}
