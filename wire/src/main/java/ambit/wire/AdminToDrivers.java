package ambit.wire;

/** Requests of the {@code ambit} command to the drivers. */
public sealed interface AdminToDrivers extends Cbor.Message {
    /** What operations does this tool's server offer? */
    record Discover(String tool) implements AdminToDrivers {}

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Discover m -> Cbor.array(1, m.tool);
        };
    }

    static AdminToDrivers fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 1)) {
            default -> new Discover(in.name());
        });
    }
}
