package ambit.wire;

import ambit.wire.Bounds.Max;
import java.nio.file.Path;
import java.util.List;

/**
 * What the supervisor tells a core, as the CBOR record {@code {1: …, 2: …}} of these fields in this order. Paths are those of the
 * core's own view; users are named as {@link Peer#uid} tells them.
 *
 * @param state the core's own directory: keys and log
 * @param brokerSocket where the core is to listen for the broker; the next two for the drivers and the {@code ambit} command
 * @param brokerUsers who may be the broker; the next two who may be the drivers and the command
 * @param origin name of the log in its checkpoints, such as {@code ambit/host}
 * @param floor a checkpoint of this log that was seen outside the state, which the log must continue; or empty
 */
public record CoreConfig(
        @Max(Limits.PATH) Path state,
        @Max(Limits.PATH) Path brokerSocket,
        @Max(Limits.PATH) Path driversSocket,
        @Max(Limits.PATH) Path adminSocket,
        @Max(MAX_USERS) List<String> brokerUsers,
        @Max(MAX_USERS) List<String> driversUsers,
        @Max(MAX_USERS) List<String> adminUsers,
        String origin,
        @Max(Limits.DEFINITION) Blob floor)
        implements Cbor.Artifact {
    public static final int MAX_USERS = 16;

    public static CoreConfig parse(Blob bytes) throws MalformedException {
        return Cbor.parse(CoreConfig.class, bytes);
    }
}
