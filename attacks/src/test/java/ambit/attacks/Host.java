package ambit.attacks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the machine itself says: processes, mounts, sockets, files, control groups. */
final class Host {
    private static final int MAX_PROC_FILE = 1 << 20;

    private Host() {}

    static int uid() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isRoot() {
        return uid() == 0;
    }

    /** The owner of a process. */
    static int uidOf(long pid) throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/" + pid), "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /** One of /proc/PID's files; empty if the process is gone or may not be looked at. */
    static String proc(long pid, String file) {
        try (var in = Files.newInputStream(Path.of("/proc/" + pid, file))) {
            return new String(in.readNBytes(MAX_PROC_FILE), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    static String commandLine(long pid) {
        return proc(pid, "cmdline").replace('\0', ' ').trim();
    }

    /** All live processes, zombies left out. */
    static List<Long> processes() {
        List<Long> pids = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path entry : entries) {
                long pid = Long.parseLong(entry.getFileName().toString());
                if (!proc(pid, "stat").matches("(?s).*\\) Z .*")) {
                    pids.add(pid);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pids;
    }

    /**
     * The processes that have this word in their command line, their directory or what is mounted in their view: the command,
     * the supervisor, the kernel's processes, the guests and the servers of one installation.
     */
    static List<Long> processesOf(String word) {
        return processes().stream()
                .filter(pid -> pid != ProcessHandle.current().pid())
                .filter(pid -> commandLine(pid).contains(word)
                        || proc(pid, "mountinfo").contains(word)
                        || proc(pid, "environ").contains(word)
                        || workingDirectory(pid).contains(word))
                .toList();
    }

    private static String workingDirectory(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** Mounts in this process's own view, which is the host's. */
    static List<String> mountsOf(String word) {
        return lines("/proc/self/mountinfo", word);
    }

    /** Unix sockets of the host. */
    static List<String> socketsOf(String word) {
        return lines("/proc/net/unix", word);
    }

    private static List<String> lines(String file, String word) {
        try (Stream<String> lines = Files.lines(Path.of(file), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.contains(word)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final Pattern SCRATCH = Pattern.compile("/(ambit-boundary-[0-9]+)/");
    private static final Pattern GROUP = Pattern.compile("/(ambit-[0-9a-f-]{36})");

    /** What the processes with this word use outside of their installation: scratch directories and control groups. */
    static Set<Path> tracesOf(String word) {
        Set<Path> found = new TreeSet<>();
        for (long pid : processesOf(word)) {
            SCRATCH.matcher(proc(pid, "mountinfo")).results().forEach(it -> found.add(Path.of("/tmp", it.group(1))));
            GROUP.matcher(proc(pid, "cgroup") + proc(pid, "mountinfo"))
                    .results()
                    .forEach(it -> {
                        for (String hierarchy : List.of("", "memory", "pids", "unified")) {
                            Path group = Path.of("/sys/fs/cgroup", hierarchy, it.group(1));
                            if (Files.exists(group)) {
                                found.add(group);
                            }
                        }
                    });
        }
        return found;
    }
}
