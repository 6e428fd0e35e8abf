package ambit.wire;

/** Requests of the {@code ambit} command to the drivers. */
public sealed interface AdminToDrivers {
    /** What operations does this tool's server offer? */
    record Discover(String tool) implements AdminToDrivers {}

    default Cbor toCbor() {
        return switch (this) {
            case Discover(String tool) -> Cbor.message(1, Cbor.of(tool));
        };
    }

    static AdminToDrivers fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        in.number(1, 1);
        Discover discover = new Discover(in.text(Limits.NAME));
        in.end();
        return discover;
    }
}
