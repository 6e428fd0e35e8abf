package ambit.wire;

/** Replies of the drivers to the {@link AdminToDrivers command}. */
public sealed interface DriversToAdmin extends Cbor.Message {
    /** {@code json} is the array {@code tools} of MCP's tools/list. */
    record Discovered(String json) implements DriversToAdmin {}

    record Failed(Denial code, String sentence) implements DriversToAdmin {}

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Discovered m -> Cbor.array(1, m.json);
            case Failed m -> Cbor.array(2, m.code, m.sentence);
        };
    }

    static DriversToAdmin fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 2)) {
            case 1 -> new Discovered(in.text(Limits.RESULT));
            default -> new Failed(in.denial(), in.sentence());
        });
    }
}
