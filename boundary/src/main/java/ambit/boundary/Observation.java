package ambit.boundary;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the operating system says of a guest that is ready and has not begun, read from outside of its boundary, from {@code /proc}.
 *
 * @param uid its kernel uid, as this process sees it
 * @param gid its kernel gid, likewise
 * @param capabilities all its capability sets taken together, in hexadecimal; {@code 0} for none
 * @param noNewPrivileges whether no program that it executes can gain privileges
 * @param seccomp 2 for a filter
 * @param namespaces the kinds of namespaces that it does not share with this process, in alphabetical order
 * @param mounts what is mounted, by the path inside
 * @param limits the soft resource limits that the plan sets, by the kernel's names; bytes, seconds or a number
 */
public record Observation(
        long uid,
        long gid,
        String capabilities,
        boolean noNewPrivileges,
        int seccomp,
        List<String> namespaces,
        List<Mounted> mounts,
        Map<String, Long> limits) {

    /** One mount: where, of which file system, and whether it can be written to. */
    public record Mounted(String at, String type, boolean writable) {}

    private static final List<String> NAMESPACES = List.of("cgroup", "ipc", "mnt", "net", "pid", "user", "uts");

    /** By which gVisor, where it has nothing faster, takes the guest's system calls; over its own user namespace only. */
    private static final long CAP_SYS_PTRACE = 1L << 19;

    /** Limits that have no number. */
    private static final long UNLIMITED = -1;

    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    static Observation of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        Map<String, String> status = status(process);
        return new Observation(
                same(status, "Uid"),
                same(status, "Gid"),
                capabilities(status),
                status.getOrDefault("NoNewPrivs", "").equals("1"),
                Integer.parseInt(status.getOrDefault("Seccomp", "0")),
                namespaces(process),
                mounts(process),
                limits(process));
    }

    private static Map<String, String> status(Path process) throws IOException {
        Map<String, String> status = new TreeMap<>();
        for (String line : Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1)) {
            int colon = line.indexOf(':');
            status.put(
                    line.substring(0, Math.max(0, colon)),
                    line.substring(colon + 1).trim());
        }
        return status;
    }

    /** The real, effective, saved and file system id, which must be one. */
    private static long same(Map<String, String> status, String name) throws IOException {
        List<String> ids = Arrays.stream(status.getOrDefault(name, "").split("\\s+", -1))
                .distinct()
                .toList();
        if (ids.size() != 1 || ids.getFirst().isEmpty()) {
            throw new IOException("the guest has several ids: " + name + " " + ids);
        }
        return Long.parseLong(ids.getFirst());
    }

    private static String capabilities(Map<String, String> status) throws IOException {
        long all = 0;
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            String hex = status.get(set);
            if (hex == null) {
                throw new IOException("/proc does not say " + set);
            }
            all |= Long.parseUnsignedLong(hex, 16);
        }
        return Long.toHexString(all);
    }

    private static List<String> namespaces(Path process) throws IOException {
        List<String> own = new ArrayList<>();
        for (String kind : NAMESPACES) {
            Path theirs = Files.readSymbolicLink(process.resolve("ns").resolve(kind));
            if (!theirs.equals(Files.readSymbolicLink(Path.of("/proc/self/ns", kind)))) {
                own.add(kind);
            }
        }
        return own;
    }

    /** Of {@code mountinfo}: of several mounts at one place, the last is the one that is seen. */
    private static List<Mounted> mounts(Path process) throws IOException {
        Map<String, Mounted> mounts = new TreeMap<>();
        for (String line : Files.readAllLines(process.resolve("mountinfo"))) {
            List<String> fields = List.of(line.split(" ", -1));
            int dash = fields.indexOf("-");
            String at = OCTAL.matcher(fields.get(4))
                    .replaceAll(escaped -> String.valueOf((char) Integer.parseInt(escaped.group(1), 8)));
            // The mount and the file system each can be read-only.
            boolean writable = writable(fields.get(5)) && writable(fields.get(dash + 3));
            mounts.put(at, new Mounted(at, fields.get(dash + 1), writable));
        }
        return List.copyOf(mounts.values());
    }

    private static boolean writable(String options) {
        return List.of(options.split(",", -1)).contains("rw");
    }

    private static Map<String, Long> limits(Path process) throws IOException {
        Map<String, Long> limits = new TreeMap<>();
        for (String line : Files.readAllLines(process.resolve("limits"))) {
            String[] columns = line.split("\\s{2,}", -1);
            if (columns.length > 2 && columns[1].matches("\\d+|unlimited")) {
                limits.put(columns[0], columns[1].equals("unlimited") ? UNLIMITED : Long.parseLong(columns[1]));
            }
        }
        return limits;
    }

    /**
     * Refuses what is not as it was planned.
     *
     * @param planned what its file system was to hold
     */
    void require(long plannedUid, FileSystem planned, Limits plannedLimits) throws BoundaryRefused {
        require(uid == plannedUid, "the guest's uid is " + uid + ", not " + plannedUid);
        require(capabilities.equals("0"), "the guest has capabilities: " + capabilities);
        require(noNewPrivileges, "the guest could gain privileges");
        require(seccomp == 2, "the guest has no seccomp filter");
        require(
                namespaces.containsAll(List.of("ipc", "mnt", "net", "pid", "user", "uts")),
                "the guest has namespaces of its own for " + namespaces + " only");
        requireMounts(planned);
        requireLimit("Max processes", plannedLimits.processes() + Limits.LAUNCHER_PROCESSES);
        requireLimit("Max open files", plannedLimits.openFiles());
        requireLimit("Max file size", plannedLimits.fileBytes());
        requireLimit("Max cpu time", plannedLimits.cpuSeconds());
    }

    /**
     * Refuses a kernel in user space that is not closed in itself. What it shows to the guest is not seen from here; what it could
     * do to the host is.
     *
     * @param uids one of which it must have
     */
    void requireOfKernel(List<Integer> uids) throws BoundaryRefused {
        require(uids.contains((int) uid), "the guest's kernel has the uid " + uid);
        require(noNewPrivileges, "the guest's kernel could gain privileges");
        require(
                (Long.parseUnsignedLong(capabilities, 16) & ~CAP_SYS_PTRACE) == 0,
                "the guest's kernel has capabilities: " + capabilities);
        require(seccomp == 2, "the guest's kernel has no seccomp filter");
        require(
                namespaces.containsAll(List.of("ipc", "mnt", "net", "pid", "user", "uts")),
                "the guest's kernel has namespaces of its own for " + namespaces + " only");
    }

    private void requireMounts(FileSystem planned) throws BoundaryRefused {
        List<Path> writable = new ArrayList<>();
        for (Mount mount : planned.mounts()) {
            switch (mount) {
                case Mount.Writable _, Mount.Tmpfs _, Mount.Dev _, Mount.Proc _ -> writable.add(mount.at());
                case Mount.ReadOnly _, Mount.FileContent _, Mount.Symlink _ -> {}
            }
            require(
                    mount instanceof Mount.Symlink
                            || mounts.stream()
                                    .anyMatch(it -> it.at().equals(mount.at().toString())),
                    "nothing is mounted at " + mount.at());
        }
        for (Mounted mounted : mounts) {
            Path at = Path.of(mounted.at());
            require(
                    !mounted.writable() || writable.stream().anyMatch(at::startsWith),
                    mounted.at() + " can be written to");
        }
    }

    private void requireLimit(String name, long planned) throws BoundaryRefused {
        long seen = limits.getOrDefault(name, UNLIMITED);
        require(seen == planned, "the guest's limit “" + name + "” is " + seen + ", not " + planned);
    }

    private static void require(boolean asPlanned, String sentence) throws BoundaryRefused {
        if (!asPlanned) {
            throw new BoundaryRefused("the boundary is not as planned: " + sentence, "run: ambit doctor");
        }
    }
}
