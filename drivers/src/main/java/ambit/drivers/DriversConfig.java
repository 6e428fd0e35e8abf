package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Fields;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the supervisor tells the drivers, as the CBOR record {@code {1: …, 2: …}} of these fields in this order. Paths are those
 * of the drivers' own view.
 *
 * @param coreSocket where the core listens
 * @param brokerSocket where to listen for the broker
 * @param adminSocket where to listen for the {@code ambit} command
 * @param memoryFile the SQLite file of the memory; made when absent
 * @param coreUsers who may be at the core's end, as {@link ambit.wire.Peer#uid} tells it; so are the next two
 * @param brokerUsers who may bring permits
 * @param adminUsers who may ask tools for their definitions
 * @param coreKey the core's public key, raw Ed25519: permits are its
 */
public record DriversConfig(
        Path coreSocket,
        Path brokerSocket,
        Path adminSocket,
        Path memoryFile,
        List<String> coreUsers,
        List<String> brokerUsers,
        List<String> adminUsers,
        Blob coreKey,
        List<ToolConfig> tools) {
    private static final int MAX_PATH = 4096;
    private static final int MAX_USERS = 16;
    private static final int MAX_TOOLS = 256;

    public DriversConfig {
        coreUsers = List.copyOf(coreUsers);
        brokerUsers = List.copyOf(brokerUsers);
        adminUsers = List.copyOf(adminUsers);
        tools = List.copyOf(tools);
        if (coreKey.size() != Limits.KEY) {
            throw new IllegalArgumentException("a public key has 32 bytes");
        }
    }

    public Blob toBlob() {
        return Blob.of(Cbor.encode(Cbor.record(
                coreSocket.toString(),
                brokerSocket.toString(),
                adminSocket.toString(),
                memoryFile.toString(),
                coreUsers,
                brokerUsers,
                adminUsers,
                coreKey,
                tools)));
    }

    public static DriversConfig parse(Blob bytes) throws MalformedException {
        DriversConfig config = Fields.record(
                Cbor.decode(bytes.toArray()),
                in -> new DriversConfig(
                        path(in),
                        path(in),
                        path(in),
                        path(in),
                        in.names(MAX_USERS),
                        in.names(MAX_USERS),
                        in.names(MAX_USERS),
                        in.hash(),
                        in.list(MAX_TOOLS, ToolConfig::parse)));
        Set<String> names = new HashSet<>();
        for (ToolConfig tool : config.tools) {
            if (!names.add(tool.name())) {
                throw new MalformedException("two tools have one name");
            }
        }
        return config;
    }

    private static Path path(Fields in) throws MalformedException {
        return Path.of(in.text(MAX_PATH));
    }
}
