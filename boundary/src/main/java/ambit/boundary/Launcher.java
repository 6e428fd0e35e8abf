package ambit.boundary;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What this JVM is allowed to do, and therefore how a guest of its can be made less than it. */
sealed interface Launcher {
    /** Real root: each guest gets a uid of its own before bubblewrap runs, since root in bubblewrap keeps everything. */
    record Root() implements Launcher {}

    /** Capabilities over a user namespace into which a range of uids is mapped: a uid for each guest. */
    record Range(int firstUid, int lastUid) implements Launcher {}

    /** Capabilities over namespaces of its own, one uid only: guests share it, each in a user namespace of its own. */
    record Nested() implements Launcher {}

    /** No capabilities at all. */
    record Ordinary() implements Launcher {}

    /** Neither the one nor the other; guests can not be started safely. */
    record Unfit(String sentence, String hint) implements Launcher {}

    /** Guests' uids inside a delegated range start here; those below belong to the kernel's own processes. */
    int FIRST_GUEST_UID = 100;

    /** The kernel uid of the first guest of real root; a range that Linux distributions leave to containers. */
    int ROOT_GUEST_BASE = 200_100;

    int ROOT_GUESTS = 900;

    /** {@code Uid:} names the real, the effective, the saved and the file system uid. */
    int EFFECTIVE = 1;

    long CAP_SETGID = 1L << 6;
    long CAP_SETUID = 1L << 7;
    long CAP_SETPCAP = 1L << 8;
    long CAP_SYS_ADMIN = 1L << 21;

    static Launcher current() {
        try {
            List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
            List<String> map = Files.readAllLines(Path.of("/proc/self/uid_map"));
            int uid = Integer.parseInt(field(status, "Uid:").split("\\s+", -1)[EFFECTIVE]);
            long permitted = Long.parseUnsignedLong(field(status, "CapPrm:"), 16);
            long effective = Long.parseUnsignedLong(field(status, "CapEff:"), 16);
            return classify(uid, permitted, effective, map);
        } catch (IOException | RuntimeException e) {
            return new Unfit("/proc does not tell what this process may do", "mount /proc");
        }
    }

    static Launcher classify(int uid, long permitted, long effective, List<String> uidMap) {
        boolean initial = uidMap.size() == 1 && uidMap.getFirst().trim().matches("0\\s+0\\s+4294967295");
        boolean changesUid = has(effective, CAP_SETUID | CAP_SETGID | CAP_SETPCAP);
        int lastGuest = initial ? -1 : lastMapped(uidMap);
        if (uid == 0 && initial) {
            return changesUid
                    ? new Root()
                    : new Unfit("root may not change its uid here", "run as an ordinary user instead");
        }
        if (changesUid && has(effective, CAP_SYS_ADMIN) && lastGuest >= FIRST_GUEST_UID) {
            return new Range(FIRST_GUEST_UID, lastGuest);
        }
        if (uid == 0) {
            return new Unfit(
                    "this is root of a user namespace without uids for guests", "run as an ordinary user instead");
        }
        if (permitted == 0) {
            return new Ordinary();
        }
        return has(effective, CAP_SYS_ADMIN | CAP_SETPCAP)
                ? new Nested()
                : new Unfit("this process holds capabilities that it can not give up", "run without capabilities");
    }

    /** Whether a guest can have a network namespace that this launcher listens in. */
    default boolean ownsNetworks() {
        return switch (this) {
            case Root _, Range _, Nested _ -> true;
            case Ordinary _, Unfit _ -> false;
        };
    }

    /** The name that {@link BoundaryReport#launcher()} gives it. */
    default String label() {
        return switch (this) {
            case Root _ -> "root";
            case Range _ -> "range";
            case Nested _ -> "nested";
            case Ordinary _ -> "ordinary";
            case Unfit _ -> "unfit";
        };
    }

    private static boolean has(long set, long wanted) {
        return (set & wanted) == wanted;
    }

    /** The end of the run of uids that holds {@link #FIRST_GUEST_UID}, or -1. */
    private static int lastMapped(List<String> uidMap) {
        for (String line : uidMap) {
            String[] parts = line.trim().split("\\s+", -1);
            long first = Long.parseLong(parts[0]);
            long count = Long.parseLong(parts[2]);
            if (first <= FIRST_GUEST_UID && FIRST_GUEST_UID < first + count) {
                return (int) Math.min(first + count - 1, 60_000);
            }
        }
        return -1;
    }

    private static String field(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).trim())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + name));
    }
}
