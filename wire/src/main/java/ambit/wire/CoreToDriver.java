package ambit.wire;

import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Bounds.Range;
import java.util.List;

/** What the core says to the {@link DriverToCore drivers}. */
public sealed interface CoreToDriver extends Cbor.Message {
    /** Answer to Hello: the raw Ed25519 public key under which permits and proofs verify, and the core's time, which permits expire by. */
    record Welcome(@Bytes32 Blob corePublicKey, long nowMs) implements CoreToDriver {}

    /** The outcome is in the log; {@code proof} are COSE bytes for the broker. */
    record Recorded(Blob proof, long logIndex) implements CoreToDriver {}

    record Denied(Denial code, @Max(Limits.SENTENCE) String sentence) implements CoreToDriver {}

    /**
     * Which data keys do these partitions have? Answered by {@link DriverToCore.Keys}; what is offered counts where there is none yet, and is
     * kept once something is committed there.
     */
    record Keys(@Max(Limits.MAPPINGS) List<Offer> offers) implements CoreToDriver {}

    /** A fresh data key for a partition, wrapped so that the core alone can open it. */
    record Offer(
            @Bytes32 Blob partition, @Max(Limits.WRAPPED) Blob wrapped) implements Cbor.Message {}

    /**
     * Destroy what is kept of a transaction and its children, of a principal or of a tenant, with the wrapped keys; answered by
     * {@link DriverToCore.Forgotten}.
     *
     * @param principal empty for all of the tenant
     * @param transaction empty for all of the principal
     */
    record Forget(
            String tenant,
            @Bytes32 @OrEmpty Blob principal,
            @Max(Limits.TRANSACTION) String transaction) implements CoreToDriver {}

    /**
     * From now on this context's memory calls mean these partitions.
     *
     * @param principal on whose behalf it runs
     * @param chain SHA-256 of the signed block that its authority ends in
     * @param bodyKey what wraps the data key of the transaction's bodies; never printed
     */
    record MapContext(
            @Bytes16 Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            String tenant,
            @Bytes32 Blob principal,
            @Bytes32 Blob chain,
            String agent,
            @Bytes32 Blob bodyKey,
            @Max(Limits.MAPPINGS) List<MapEntry> entries)
            implements CoreToDriver {
        @Override
        public String toString() {
            return "MapContext(" + transaction + ")";
        }
    }

    /**
     * One entry of a context's memory map.
     *
     * @param mount {@code ""} for its own partition, or such as {@code user/notes/}, {@code tenant/faq/} or {@code inherited/NAME}
     * @param partition the partition's id, 32 bytes
     * @param dataKey the AES-256 key of the partition, 32 bytes; never printed
     * @param rights the sum of 1 read, 2 write, 4 search, 8 append, 16 review; 0 of an own partition that nobody granted
     * @param exactKey the one key that is mapped, empty for all
     * @param terms what the blocks of the chain demand of keys and values, as JSON: all of it holds
     */
    record MapEntry(
            @Max(Limits.MEMORY_KEY) String mount,
            @Bytes32 Blob partition,
            @Bytes32 Blob dataKey,
            @Range(to = Limits.RIGHTS) int rights,
            @Max(Limits.MEMORY_KEY) String exactKey,
            long quotaBytes,
            @Max(Limits.BLOCKS) List<@Max(Limits.TERMS) Blob> terms)
            implements Cbor.Message {
        public MapEntry {
            terms = List.copyOf(terms);
        }

        @Override
        public String toString() {
            return "MapEntry(" + mount + ")";
        }
    }

    /** Verify and persist what the context staged; answered by verdicts. */
    record CommitContext(@Bytes16 Blob context) implements CoreToDriver {}

    /** Drop what the context staged, its map and its servers. */
    record DropContext(@Bytes16 Blob context) implements CoreToDriver {}

    /** Did this transaction commit before a crash? */
    record WasCommitted(@Max(Limits.TRANSACTION) String transaction) implements CoreToDriver {}

    static CoreToDriver fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(CoreToDriver.class, cbor);
    }
}
