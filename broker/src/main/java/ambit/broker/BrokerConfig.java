package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Fields;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the supervisor tells a broker, as the CBOR record {@code {1: …, 2: …}} of these fields in this order. Paths are those of
 * the broker's own view.
 *
 * @param coreSocket where the core listens
 * @param driversSocket where the drivers listen
 * @param frontSocket where the broker is to listen for the {@code ambit} command
 * @param doors an own, empty, writable directory for the sockets of contexts
 * @param coreUsers who may be at the core's end, as {@link ambit.wire.Peer#uid} tells it; so are the next two
 * @param driversUsers who may be at the drivers' end
 * @param frontUsers who may start transactions
 * @param coreKey the core's public key, raw Ed25519: proofs are its
 * @param view what guests can be given to see; the index in this list is the one in an agent's mounts
 * @param idleSeconds silence after which a guest's connection is closed
 */
public record BrokerConfig(
        Path coreSocket,
        Path driversSocket,
        Path frontSocket,
        Path doors,
        List<String> coreUsers,
        List<String> driversUsers,
        List<String> frontUsers,
        Blob coreKey,
        List<Path> view,
        int idleSeconds) {
    private static final int MAX_VIEW = 1024;
    private static final int MAX_USERS = 16;
    private static final int MAX_PATH = 4096;
    private static final int MAX_IDLE = 3600;

    public BrokerConfig {
        coreUsers = List.copyOf(coreUsers);
        driversUsers = List.copyOf(driversUsers);
        frontUsers = List.copyOf(frontUsers);
        view = List.copyOf(view);
        if (coreKey.size() != Limits.KEY) {
            throw new IllegalArgumentException("a public key has 32 bytes");
        }
    }

    public Blob toBlob() {
        return Blob.of(Cbor.encode(Cbor.record(
                coreSocket.toString(),
                driversSocket.toString(),
                frontSocket.toString(),
                doors.toString(),
                coreUsers,
                driversUsers,
                frontUsers,
                coreKey,
                view.stream().map(Path::toString).toList(),
                idleSeconds)));
    }

    public static BrokerConfig parse(Blob bytes) throws MalformedException {
        return Fields.record(
                Cbor.decode(bytes.toArray()),
                in -> new BrokerConfig(
                        path(in.any()),
                        path(in.any()),
                        path(in.any()),
                        path(in.any()),
                        in.names(MAX_USERS),
                        in.names(MAX_USERS),
                        in.names(MAX_USERS),
                        in.hash(),
                        in.list(MAX_VIEW, BrokerConfig::path),
                        in.number(1, MAX_IDLE)));
    }

    private static Path path(Cbor text) throws MalformedException {
        return Path.of(Fields.asText(text, MAX_PATH));
    }
}
