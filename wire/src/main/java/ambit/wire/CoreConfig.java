package ambit.wire;

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
 */
public record CoreConfig(
        Path state,
        Path brokerSocket,
        Path driversSocket,
        Path adminSocket,
        List<String> brokerUsers,
        List<String> driversUsers,
        List<String> adminUsers,
        String origin)
        implements Cbor.Message {
    private static final int MAX_USERS = 16;
    private static final int MAX_PATH = 4096;

    @Override
    public Cbor toCbor() {
        return Cbor.record(
                state.toString(),
                brokerSocket.toString(),
                driversSocket.toString(),
                adminSocket.toString(),
                brokerUsers,
                driversUsers,
                adminUsers,
                origin);
    }

    public static CoreConfig parse(Blob bytes) throws MalformedException {
        return Fields.record(
                bytes,
                in -> new CoreConfig(
                        Path.of(in.text(MAX_PATH)),
                        Path.of(in.text(MAX_PATH)),
                        Path.of(in.text(MAX_PATH)),
                        Path.of(in.text(MAX_PATH)),
                        in.names(MAX_USERS),
                        in.names(MAX_USERS),
                        in.names(MAX_USERS),
                        in.name()));
    }
}
