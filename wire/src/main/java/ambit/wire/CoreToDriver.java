package ambit.wire;

import java.util.List;

/** What the core says to the {@link DriverToCore drivers}. */
public sealed interface CoreToDriver extends Cbor.Message {
    /** Answer to Hello: the raw Ed25519 public key under which permits and proofs verify. */
    record Welcome(Blob corePublicKey) implements CoreToDriver {}

    /** The outcome is in the log; {@code proof} are COSE bytes for the broker. */
    record Recorded(Blob proof, long logIndex) implements CoreToDriver {}

    record Denied(Denial code, String sentence) implements CoreToDriver {}

    /** From now on this context's memory calls mean these partitions. */
    record MapContext(Blob context, String transaction, List<MapEntry> entries) implements CoreToDriver {}

    /**
     * One entry of a context's memory map.
     *
     * @param mount {@code ""} for its own partition, or such as {@code user/notes/} or {@code inherited/KEY}
     * @param partition the partition's id, 32 bytes
     * @param dataKey the AES-256 key of the partition, 32 bytes; never printed
     * @param rights 1 read, 2 write, 3 both, and 0 of an own partition that nobody granted
     * @param exactKey the one key that is mapped, empty for all
     */
    record MapEntry(String mount, Blob partition, Blob dataKey, int rights, String exactKey, long quotaBytes)
            implements Cbor.Message {
        @Override
        public Cbor toCbor() {
            return Cbor.array(mount, partition, dataKey, rights, exactKey, quotaBytes);
        }

        static MapEntry read(Fields in) throws MalformedException {
            return new MapEntry(in.key(), in.hash(), in.hash(), in.number(0, 3), in.key(), in.integer());
        }

        @Override
        public String toString() {
            return "MapEntry(" + mount + ")";
        }
    }

    /** Verify and persist what the context staged; answered by verdicts. */
    record CommitContext(Blob context) implements CoreToDriver {}

    /** Drop what the context staged, its map and its servers. */
    record DropContext(Blob context) implements CoreToDriver {}

    /** Did this transaction commit before a crash? */
    record WasCommitted(String transaction) implements CoreToDriver {}

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Welcome m -> Cbor.array(1, m.corePublicKey);
            case Recorded m -> Cbor.array(2, m.proof, m.logIndex);
            case Denied m -> Cbor.array(3, m.code, m.sentence);
            case MapContext m -> Cbor.array(4, m.context, m.transaction, m.entries);
            case CommitContext m -> Cbor.array(5, m.context);
            case DropContext m -> Cbor.array(6, m.context);
            case WasCommitted m -> Cbor.array(7, m.transaction);
        };
    }

    static CoreToDriver fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 7)) {
            case 1 -> new Welcome(in.hash());
            case 2 -> new Recorded(in.artifact(), in.integer());
            case 3 -> new Denied(in.denial(), in.sentence());
            case 4 -> new MapContext(in.id(), in.name(), in.messages(Limits.MAPPINGS, MapEntry::read));
            case 5 -> new CommitContext(in.id());
            case 6 -> new DropContext(in.id());
            default -> new WasCommitted(in.name());
        });
    }
}
