package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
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
        @Max(Limits.PATH) Path coreSocket,
        @Max(Limits.PATH) Path driversSocket,
        @Max(Limits.PATH) Path frontSocket,
        @Max(Limits.PATH) Path doors,
        @Max(MAX_USERS) List<String> coreUsers,
        @Max(MAX_USERS) List<String> driversUsers,
        @Max(MAX_USERS) List<String> frontUsers,
        @Bytes32 Blob coreKey,
        @Max(MAX_VIEW) List<@Max(Limits.PATH) Path> view,
        @Range(from = 1, to = MAX_IDLE) int idleSeconds)
        implements Cbor.Artifact {
    public static final int MAX_VIEW = 1024;
    public static final int MAX_USERS = 16;
    public static final int MAX_IDLE = 3600;

    public BrokerConfig {
        coreUsers = List.copyOf(coreUsers);
        driversUsers = List.copyOf(driversUsers);
        frontUsers = List.copyOf(frontUsers);
        view = List.copyOf(view);
    }

    public static BrokerConfig parse(Blob bytes) throws MalformedException {
        return Cbor.parse(BrokerConfig.class, bytes);
    }
}
