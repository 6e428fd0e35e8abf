package ambit.boundary;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Control groups that this launcher may make groups for guests in. A machine may have the controllers on the old
 * hierarchies (v1), on the unified one (v2), or the controllers on v1 and an empty v2 besides.
 */
sealed interface ControlGroups {
    /** Where a supervisor puts the groups that it delegates to a process in a boundary. */
    Path DELEGATED = Path.of("/sys/fs/cgroup/ambit");

    Path SYSTEM = Path.of("/sys/fs/cgroup");

    /** Pid and start of the process that made a group, and a count. */
    Pattern OWN_NAME = Pattern.compile("ambit-(\\d{1,10})-(\\d{1,15})-\\d{1,10}");

    AtomicLong MADE = new AtomicLong();

    /** Memory is summed up over {@code /proc} instead. */
    record Absent() implements ControlGroups {}

    /** Each path is a group that further groups can be made in; {@code unified} only serves to kill. */
    record V1(Path memory, Path pids, Optional<Path> unified) implements ControlGroups {}

    /** A group whose children have the memory and pids controllers. */
    record V2(Path unified) implements ControlGroups {}

    /** What is delegated to this process. */
    static ControlGroups delegated() {
        return at(DELEGATED);
    }

    /** What lies below {@code base}: {@code memory} and {@code pids} (v1), {@code unified}. */
    private static ControlGroups at(Path base) {
        Path memory = base.resolve("memory");
        Path pids = base.resolve("pids");
        Path unified = base.resolve("unified");
        if (writableGroup(memory) && writableGroup(pids)) {
            return new V1(memory, pids, Optional.of(unified).filter(ControlGroups::writableGroup));
        }
        return writableGroup(unified) && hasControllers(unified) ? new V2(unified) : new Absent();
    }

    /** Makes a group of its own for this process's guests; only real root can. Undone by {@link #remove}. */
    static ControlGroups makeOwn() {
        removeAbandoned();
        String name = "ambit-" + ProcessHandle.current().pid() + "-" + startOf(ProcessHandle.current()) + "-"
                + MADE.incrementAndGet();
        Path memory = SYSTEM.resolve("memory").resolve(name);
        Path pids = SYSTEM.resolve("pids").resolve(name);
        Path unified = SYSTEM.resolve("unified").resolve(name);
        if (make(memory) && make(pids)) {
            return new V1(memory, pids, make(unified) ? Optional.of(unified) : Optional.empty());
        }
        removeQuietly(memory);
        Path pure = SYSTEM.resolve(name);
        if (Files.exists(SYSTEM.resolve("cgroup.subtree_control")) && make(pure)) {
            if (enableControllers(SYSTEM) && enableControllers(pure)) {
                return new V2(pure);
            }
            removeQuietly(pure);
        }
        return new Absent();
    }

    /**
     * Removes what processes that were killed left behind. A group's name tells who made it; the kernel keeps a group that
     * something still runs in.
     */
    private static void removeAbandoned() {
        for (String hierarchy : List.of("memory", "pids", "unified", ".")) {
            Path directory = SYSTEM.resolve(hierarchy).normalize();
            try (DirectoryStream<Path> groups = Files.newDirectoryStream(directory, "ambit-*")) {
                for (Path group : groups) {
                    if (abandoned(group)) {
                        removeQuietly(group);
                    }
                }
            } catch (IOException e) {
                // There is no such hierarchy here.
            }
        }
    }

    private static boolean abandoned(Path group) {
        Matcher name = OWN_NAME.matcher(group.getFileName().toString());
        return name.matches()
                && ProcessHandle.of(Long.parseLong(name.group(1)))
                        .filter(handle -> Long.toString(startOf(handle)).equals(name.group(2)))
                        .isEmpty();
    }

    private static long startOf(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** The directories to delegate, with the names that {@link #delegated()} looks for. */
    default List<Mount.Writable> asMounts() {
        return switch (this) {
            case Absent _ -> List.of();
            case V1 v1 -> {
                List<Mount.Writable> mounts = new ArrayList<>();
                mounts.add(new Mount.Writable(v1.memory, DELEGATED.resolve("memory")));
                mounts.add(new Mount.Writable(v1.pids, DELEGATED.resolve("pids")));
                v1.unified.ifPresent(path -> mounts.add(new Mount.Writable(path, DELEGATED.resolve("unified"))));
                yield mounts;
            }
            case V2 v2 -> List.of(new Mount.Writable(v2.unified, DELEGATED.resolve("unified")));
        };
    }

    /**
     * Lets {@code uid} make groups in these; only real root can.
     *
     * @return the files through which the process that they are delegated to joins, in the hierarchy where it must: the
     *     unified one moves processes only for who may write to the group that both places have in common
     */
    default List<Path> delegateTo(int uid) throws IOException {
        for (Mount.Writable mount : asMounts()) {
            give(mount.host(), uid);
            give(mount.host().resolve("cgroup.procs"), uid);
        }
        Optional<Path> unified = switch (this) {
            case Absent _ -> Optional.empty();
            case V1 v1 -> v1.unified;
            case V2 v2 -> Optional.of(v2.unified);
        };
        if (unified.isEmpty()) {
            return List.of();
        }
        Path kernel = Files.createDirectory(unified.get().resolve("kernel"));
        return List.of(kernel.resolve("cgroup.procs"));
    }

    private static void give(Path path, int uid) throws IOException {
        Files.setAttribute(path, "unix:uid", uid);
    }

    /** How {@link BoundaryReport#memory()} names it. */
    default String label() {
        return switch (this) {
            case Absent _ -> "meter";
            case V1 _ -> "cgroup v1";
            case V2 _ -> "cgroup v2";
        };
    }

    /** A new group with these limits, or empty if there is nothing to make it in. */
    default Optional<Group> make(String name, Limits limits) throws IOException {
        return switch (this) {
            case Absent _ -> Optional.empty();
            case V1 v1 -> Optional.of(v1Group(v1, name, limits));
            case V2 v2 -> Optional.of(v2Group(v2, name, limits));
        };
    }

    /** Removes the groups that {@link #makeOwn} made; all groups in them must be gone. */
    default void remove() {
        switch (this) {
            case Absent _ -> {}
            case V1 v1 -> {
                removeQuietly(v1.memory);
                removeQuietly(v1.pids);
                v1.unified.ifPresent(ControlGroups::removeQuietly);
            }
            case V2 v2 -> removeQuietly(v2.unified);
        }
    }

    /** One guest's group in each hierarchy. */
    final class Group {
        private final List<Path> directories;
        private final Path oomEvents;
        private final Optional<Path> killFile;

        private Group(List<Path> directories, Path oomEvents, Optional<Path> killFile) {
            this.directories = List.copyOf(directories);
            this.oomEvents = oomEvents;
            this.killFile = killFile.filter(Files::exists);
        }

        /** The files that a process writes {@code 0} to in order to join. */
        List<Path> joinFiles() {
            return directories.stream()
                    .map(each -> each.resolve("cgroup.procs"))
                    .toList();
        }

        /** Kills all that is in it, at once if the kernel offers that. */
        void kill() {
            try {
                if (killFile.isPresent()) {
                    write(killFile.get(), "1");
                }
                for (String pid : Files.readAllLines(directories.getFirst().resolve("cgroup.procs"))) {
                    ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
                }
            } catch (IOException e) {
                // The sweep over the process tree follows in any case, and isEmpty tells whether anything is left.
            }
        }

        boolean isEmpty() {
            try {
                return Files.readAllLines(directories.getFirst().resolve("cgroup.procs")).stream()
                        .allMatch(pid -> Processes.isZombie(Long.parseLong(pid)));
            } catch (IOException e) {
                return !Files.exists(directories.getFirst());
            }
        }

        boolean ranOutOfMemory() {
            try {
                return Files.readAllLines(oomEvents).stream()
                        .anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
            } catch (IOException e) {
                return false;
            }
        }

        void remove() {
            directories.forEach(ControlGroups::removeQuietly);
        }
    }

    private static Group v1Group(V1 parent, String name, Limits limits) throws IOException {
        List<Path> made = new ArrayList<>();
        try {
            Path memory = directory(parent.memory.resolve(name), made);
            String bytes = Long.toString(limits.memoryBytes());
            write(memory.resolve("memory.limit_in_bytes"), bytes);
            Path withSwap = memory.resolve("memory.memsw.limit_in_bytes");
            if (Files.exists(withSwap)) {
                write(withSwap, bytes);
            }
            Path pids = directory(parent.pids.resolve(name), made);
            write(pids.resolve("pids.max"), processes(limits));
            Optional<Path> kill = Optional.empty();
            if (parent.unified.isPresent()) {
                Path unified = directory(parent.unified.get().resolve(name), made);
                kill = Optional.of(unified.resolve("cgroup.kill"));
            }
            return new Group(made, memory.resolve("memory.oom_control"), kill);
        } catch (IOException e) {
            made.forEach(ControlGroups::removeQuietly);
            throw e;
        }
    }

    private static Group v2Group(V2 parent, String name, Limits limits) throws IOException {
        List<Path> made = new ArrayList<>();
        try {
            Path group = directory(parent.unified.resolve(name), made);
            write(group.resolve("memory.max"), Long.toString(limits.memoryBytes()));
            if (Files.exists(group.resolve("memory.swap.max"))) {
                write(group.resolve("memory.swap.max"), "0");
            }
            write(group.resolve("memory.oom.group"), "1");
            write(group.resolve("pids.max"), processes(limits));
            return new Group(made, group.resolve("memory.events"), Optional.of(group.resolve("cgroup.kill")));
        } catch (IOException e) {
            made.forEach(ControlGroups::removeQuietly);
            throw e;
        }
    }

    private static String processes(Limits limits) {
        return Integer.toString(limits.processes() + Limits.LAUNCHER_PROCESSES);
    }

    private static Path directory(Path path, List<Path> made) throws IOException {
        Files.createDirectory(path);
        made.add(path);
        return path;
    }

    private static boolean make(Path path) {
        try {
            Files.createDirectory(path);
            return writableGroup(path);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean writableGroup(Path path) {
        return Files.isWritable(path) && Files.exists(path.resolve("cgroup.procs"));
    }

    private static boolean hasControllers(Path group) {
        try {
            List<String> enabled = List.of(Files.readString(group.resolve("cgroup.subtree_control"))
                    .trim()
                    .split(" "));
            return enabled.contains("memory") && enabled.contains("pids");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean enableControllers(Path group) {
        try {
            write(group.resolve("cgroup.subtree_control"), "+memory +pids");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void write(Path file, String value) throws IOException {
        Files.writeString(file, value, StandardOpenOption.WRITE);
    }

    /** Groups that a killed process left behind in it go first; what is not a directory can not be removed here. */
    private static void removeQuietly(Path group) {
        try (DirectoryStream<Path> inner = Files.newDirectoryStream(group, Files::isDirectory)) {
            for (Path each : inner) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            // Gone, or a process in it still dies: then the next line does not succeed either.
        }
        try {
            Files.deleteIfExists(group);
        } catch (IOException e) {
            // Not ours, or something in it still dies; the supervisor's parent group takes it along.
        }
    }
}
