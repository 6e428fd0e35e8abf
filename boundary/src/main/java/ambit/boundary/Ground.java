package ambit.boundary;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What boundaries of one process are made from, whichever way they are made: no two guests share a uid, and the names of their
 * control groups differ.
 *
 * @param spawner starts what needs no network of its own
 * @param listeningSpawner starts what the launcher listens for
 * @param names counts control groups
 */
record Ground(
        Launcher launcher,
        Tools tools,
        ControlGroups groups,
        Optional<UidPool> uids,
        Path scratchRoot,
        EtcDirectory etc,
        Spawner spawner,
        Spawner listeningSpawner,
        Watch watch,
        AtomicLong names) {

    /** Whether control groups count memory. */
    boolean counted() {
        return !(groups instanceof ControlGroups.Absent);
    }
}
