package ambit.wire;

import java.util.List;

/** What the core says to the {@link DriverToCore drivers}. */
public sealed interface CoreToDriver {
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
     * @param rights 1 read, 2 write, 3 both
     * @param exactKey the one key that is mapped, empty for all
     */
    record MapEntry(String mount, Blob partition, Blob dataKey, int rights, String exactKey, long quotaBytes) {
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

    default Cbor toCbor() {
        return switch (this) {
            case Welcome(Blob key) -> Cbor.message(1, Cbor.of(key));
            case Recorded(Blob proof, long index) -> Cbor.message(2, Cbor.of(proof), Cbor.of(index));
            case Denied(Denial code, String sentence) ->
                Cbor.message(3, Cbor.of(code.number()), Cbor.of(sentence));
            case MapContext(Blob context, String transaction, List<MapEntry> entries) ->
                Cbor.message(
                        4, Cbor.of(context), Cbor.of(transaction), Wire.list(entries, CoreToDriver::mapEntry));
            case CommitContext(Blob context) -> Cbor.message(5, Cbor.of(context));
            case DropContext(Blob context) -> Cbor.message(6, Cbor.of(context));
            case WasCommitted(String transaction) -> Cbor.message(7, Cbor.of(transaction));
        };
    }

    private static Cbor mapEntry(MapEntry it) {
        return Cbor.array(
                Cbor.of(it.mount()),
                Cbor.of(it.partition()),
                Cbor.of(it.dataKey()),
                Cbor.of(it.rights()),
                Cbor.of(it.exactKey()),
                Cbor.of(it.quotaBytes()));
    }

    static CoreToDriver fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        CoreToDriver message =
                switch (in.number(1, 7)) {
                    case 1 -> new Welcome(in.exactly(Limits.KEY));
                    case 2 -> new Recorded(in.bytes(Limits.ARTIFACT), in.integer());
                    case 3 -> new Denied(in.denial(), in.text(Limits.SENTENCE));
                    case 4 ->
                        new MapContext(
                                in.exactly(Limits.ID),
                                in.text(Limits.NAME),
                                in.list(Limits.MAPPINGS, CoreToDriver::readMapEntry));
                    case 5 -> new CommitContext(in.exactly(Limits.ID));
                    case 6 -> new DropContext(in.exactly(Limits.ID));
                    default -> new WasCommitted(in.text(Limits.NAME));
                };
        in.end();
        return message;
    }

    private static MapEntry readMapEntry(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        MapEntry entry = new MapEntry(
                in.text(Limits.MEMORY_KEY),
                in.exactly(Limits.HASH),
                in.exactly(Limits.KEY),
                in.number(1, 3),
                in.text(Limits.MEMORY_KEY),
                in.integer(0, Long.MAX_VALUE));
        in.end();
        return entry;
    }
}
