package ambit.attacks.hostile;

import ambit.wire.Bounds.Max;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import java.util.List;

/**
 * Where on the host what the attacker wants is; it is told, for a secret place would be no defence.
 *
 * @param state the kernel's state, with the directories of core and drivers, the keys and the grants
 * @param runtime the directory of the kernel's sockets
 * @param program the directory of the broker's jars
 * @param core the core's pids on the host, the program's last
 * @param drivers the drivers' likewise
 * @param port where the model listens on the host's loopback
 */
record Targets(
        @Max(Limits.PATH) String state,
        @Max(Limits.PATH) String runtime,
        @Max(Limits.PATH) String program,
        List<Long> core,
        List<Long> drivers,
        int port)
        implements Cbor.Message {}
