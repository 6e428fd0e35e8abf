package ambit.wire;

/** Requests of the {@code ambit} command to the drivers. */
public sealed interface AdminToDrivers extends Cbor.Message {
    /** What operations does this tool's server offer? */
    record Discover(String tool) implements AdminToDrivers {}

    static AdminToDrivers fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(AdminToDrivers.class, cbor);
    }
}
