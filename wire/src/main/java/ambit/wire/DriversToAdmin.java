package ambit.wire;

/** Replies of the drivers to the {@link AdminToDrivers command}. */
public sealed interface DriversToAdmin {
    /** {@code json} is the array {@code tools} of MCP's tools/list. */
    record Discovered(String json) implements DriversToAdmin {}

    record Failed(Denial code, String sentence) implements DriversToAdmin {}

    default Cbor toCbor() {
        return switch (this) {
            case Discovered(String json) -> Cbor.message(1, Cbor.of(json));
            case Failed(Denial code, String sentence) ->
                Cbor.message(2, Cbor.of(code.number()), Cbor.of(sentence));
        };
    }

    static DriversToAdmin fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        DriversToAdmin message =
                switch (in.number(1, 2)) {
                    case 1 -> new Discovered(in.text(Limits.RESULT));
                    default -> new Failed(in.denial(), in.text(Limits.SENTENCE));
                };
        in.end();
        return message;
    }
}
