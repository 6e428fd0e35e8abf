package ambit.boundary;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One look at {@code /proc}: who is whose parent, and what each process has used. */
final class Processes {
    private static final long PAGE_BYTES = 4096;
    private static final double TICKS_PER_SECOND = 100;

    private record Entry(long pid, long parent, double cpuSeconds) {}

    /** What a tree of processes uses: unshared resident bytes, and processor seconds of the living and the reaped. */
    record Usage(long memoryBytes, double cpuSeconds) {}

    private final Map<Long, List<Entry>> children = new HashMap<>();

    private Processes() {}

    static Processes now() throws IOException {
        Processes all = new Processes();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path entry : entries) {
                all.add(entry);
            }
        }
        return all;
    }

    /** Whether a process has ended and only waits for its parent to notice, which outside a boundary may be never. */
    static boolean isZombie(long pid) {
        return "ZX".indexOf(state(pid)) >= 0;
    }

    /** Whether a process is stopped, or has ended. */
    static boolean isStopped(long pid) {
        return "TtZX".indexOf(state(pid)) >= 0;
    }

    /** The state letter of {@code /proc/PID/stat}; that of the dead if there is no such process. */
    private static char state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException | RuntimeException e) {
            return 'X';
        }
    }

    /** What the descendants of {@code root} use, without itself. */
    Usage below(long root, boolean withMemory) {
        long memory = 0;
        double cpu = 0;
        for (Entry entry : descendants(root)) {
            cpu += entry.cpuSeconds;
            memory += withMemory ? unsharedBytes(entry.pid) : 0;
        }
        return new Usage(memory, cpu);
    }

    private List<Entry> descendants(long root) {
        List<Entry> found = new ArrayList<>();
        Deque<Long> pending = new ArrayDeque<>(List.of(root));
        while (!pending.isEmpty()) {
            for (Entry child : children.getOrDefault(pending.pop(), List.of())) {
                found.add(child);
                pending.push(child.pid);
            }
        }
        return found;
    }

    private void add(Path entry) {
        try {
            String stat = Files.readString(entry.resolve("stat"), StandardCharsets.ISO_8859_1);
            // The second field is the program's name in parentheses, which may hold anything.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long pid = Long.parseLong(entry.getFileName().toString());
            long ticks = 0;
            for (int field = 11; field <= 14; field++) {
                ticks += Long.parseLong(fields[field]);
            }
            long parent = Long.parseLong(fields[1]);
            children.computeIfAbsent(parent, _ -> new ArrayList<>())
                    .add(new Entry(pid, parent, ticks / TICKS_PER_SECOND));
        } catch (IOException | RuntimeException e) {
            // It ended while we looked.
        }
    }

    private static long unsharedBytes(long pid) {
        try {
            String[] pages = Files.readString(Path.of("/proc", Long.toString(pid), "statm"))
                    .split(" ", -1);
            return (Long.parseLong(pages[1]) - Long.parseLong(pages[2])) * PAGE_BYTES;
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
