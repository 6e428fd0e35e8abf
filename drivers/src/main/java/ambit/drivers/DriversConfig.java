package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.nio.file.Path;
import java.util.List;

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
 * @param bodies which bodies of calls are kept
 * @param memory where memory is kept, if not in {@code memoryFile}
 */
public record DriversConfig(
        @Max(Limits.PATH) Path coreSocket,
        @Max(Limits.PATH) Path brokerSocket,
        @Max(Limits.PATH) Path adminSocket,
        @Max(Limits.PATH) Path memoryFile,
        @Max(MAX_USERS) List<String> coreUsers,
        @Max(MAX_USERS) List<String> brokerUsers,
        @Max(MAX_USERS) List<String> adminUsers,
        @Bytes32 Blob coreKey,
        @Max(MAX_TOOLS) List<ToolConfig> tools,
        BodiesConfig bodies,
        MemoryConfig memory)
        implements Cbor.Artifact {
    public static final int MAX_USERS = 16;
    public static final int MAX_TOOLS = 256;

    public DriversConfig {
        coreUsers = List.copyOf(coreUsers);
        brokerUsers = List.copyOf(brokerUsers);
        adminUsers = List.copyOf(adminUsers);
        tools = List.copyOf(tools);
    }

    @Override
    public void check() throws MalformedException {
        if (tools.stream().map(ToolConfig::name).distinct().count() != tools.size()) {
            throw new MalformedException("two tools have one name");
        }
    }

    public static DriversConfig parse(Blob bytes) throws MalformedException {
        return Cbor.parse(DriversConfig.class, bytes);
    }
}
