package ambit.drivers.memory;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import java.util.List;

/**
 * What a family had seen when it wrote, besides entries; sealed with what it wrote.
 *
 * @param chunks hashes of what searches returned
 * @param moreChunks how many more there were
 */
public record Seen(
        @Max(Influences.MOST_NAMED) List<@Bytes32 Blob> chunks,
        @Range long moreChunks,
        @Max(Influences.MOST_NAMED) List<Call> tools,
        @Range long moreTools)
        implements Cbor.Artifact {
    static final Seen NOTHING = new Seen(List.of(), 0, List.of(), 0);

    /** A call of a tool, as the log has it. */
    public record Call(
            @Max(Limits.TRANSACTION) String transaction,
            @Range long sequence,
            String capability) implements Cbor.Artifact {}

    static Seen at(Influences influences, Influences.Moment moment) {
        return new Seen(
                influences.chunks(moment),
                moment.moreChunks(),
                influences.tools(moment).stream()
                        .map(call -> new Call(call.transaction(), call.sequence(), call.capability()))
                        .toList(),
                moment.moreTools());
    }
}
