package ambit.boundary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The escape battery: the same hundred attempts where no boundary is and in every boundary that this machine offers. With
 * {@code -Dambit.battery=FILE} the outcome is written as the table of docs/reference/escape-battery.md.
 */
final class EscapeBatteryTest {
    /** What programs need and may have. */
    private static final Set<String> MEANT =
            Set.of("af_unix", "tcp", "udp6", "netlink route", "fifo", "personality query", "getrandom");

    /** What gVisor's own kernel grants of itself: none of it reaches this machine's kernel. */
    private static final Set<String> OF_ITS_OWN = Set.of(
            "block device",
            "clone newuser",
            "io_uring_setup",
            "mknod device",
            "netlink uevent",
            "open fuse",
            "ptrace traceme",
            "setuid file",
            "syslog",
            "unshare mount",
            "unshare user");

    /** gVisor answers it with an error, which programs live with. */
    private static final String QUERY = "personality query";

    private static final int UNUSED_UID = 199_999;

    @SuppressWarnings("NullAway.Init")
    private static Boundaries boundaries;

    @SuppressWarnings("NullAway.Init")
    private static Map<String, Integer> outside;

    @SuppressWarnings("NullAway.Init")
    private static ServerSocketChannel listener;

    @SuppressWarnings("NullAway.Init")
    private static Process abstractSocket;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path shared;

    private static final Map<By, Map<String, Integer>> INSIDE = new EnumMap<>(By.class);

    @BeforeAll
    static void openAndTryOutside() throws Exception {
        Assumptions.assumeTrue(System.getProperty("os.arch").equals("amd64"), "the probes use x86_64 numbers");
        boundaries = Boundaries.open();
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(canary(), "seen by nobody");
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        abstractSocket = process(List.of(
                "/usr/bin/python3",
                "-c",
                "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind('\\0ambit-battery-' + sys.argv[1]);"
                        + " s.listen(); print('up', flush=True); sys.stdin.read()",
                port()));
        abstractSocket.getInputStream().read();
        outside = tryOutside();
    }

    @AfterAll
    static void close() throws IOException {
        if (boundaries != null) {
            boundaries.close();
            listener.close();
            abstractSocket.destroyForcibly();
        }
    }

    private static Path canary() {
        return shared.resolve("canary");
    }

    private static String port() throws IOException {
        return Integer.toString(((InetSocketAddress) listener.getLocalAddress()).getPort());
    }

    private static List<String> probes() throws IOException {
        String both = "import os\nFIRST = os.listdir('/proc/self/fd')\n" + SystemCallTest.PROBES
                + Guests.program("surroundings.py");
        return List.of("/usr/bin/python3", "-c", both, port(), canary().toString());
    }

    private static Process process(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Never with privileges: some of these would then change the machine. */
    private static Map<String, Integer> tryOutside() throws Exception {
        List<String> command = new ArrayList<>();
        if (Launcher.current() instanceof Launcher.Root) {
            command.addAll(List.of("/usr/bin/setpriv", "--reuid=" + UNUSED_UID, "--regid=" + UNUSED_UID));
            command.addAll(List.of("--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--"));
        }
        command.addAll(probes());
        Process process = process(command);
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readNBytes(1 << 20), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return SystemCallTest.parse(out);
    }

    private static Map<String, Integer> inside(By by) throws Exception {
        Map<String, Integer> known = INSIDE.get(by);
        if (known != null) {
            return known;
        }
        try {
            BoundarySpec spec = BoundarySpec.of(probes())
                    .demand(new Demand(by.tier(), java.util.Optional.of(by)))
                    .build();
            Guests.Outcome outcome = Guests.run(boundaries, spec);
            assertThat(outcome.exit()).as(outcome.err()).isEqualTo(new Exit(Exit.How.EXITED, 0));
            INSIDE.put(by, SystemCallTest.parse(outcome.out()));
        } catch (BoundaryRefused e) {
            Assumptions.abort(by.title() + " can not be tried here: " + e.sentence() + "; " + e.hint());
        }
        return INSIDE.get(by);
    }

    @ParameterizedTest
    @EnumSource(By.class)
    void nothingIsOpenButWhatProgramsNeed(By by) throws Exception {
        Map<String, Integer> open = new TreeMap<>(inside(by));
        open.values().removeIf(result -> result != 0);
        if (by.tier() == Tier.GVISOR) {
            open.keySet().removeAll(OF_ITS_OWN);
            open.put(QUERY, 0);
        }
        assertThat(inside(by)).hasSameSizeAs(outside).hasSizeGreaterThan(95);
        assertThat(open.keySet()).isEqualTo(MEANT);
    }

    /** Those that need no privilege must succeed where no boundary is, or they prove nothing. */
    @Test
    void theAttemptsReachTheirTargetsWhereNoBoundaryIs() {
        for (String open : new String[] {
            "read a host file",
            "read through dot-dot",
            "read machine-id",
            "listener of the host",
            "abstract socket of the host",
            "processes of others",
            "list cgroups",
            "read keys",
            "setuid file",
            "unshare user",
            "keyctl"
        }) {
            assertThat(outside).as(open).containsEntry(open, 0);
        }
    }

    @Test
    void thePublishedTableSaysWhatIsSeen() throws Exception {
        Map<By, Map<String, Integer>> seen = new LinkedHashMap<>();
        for (By by : By.values()) {
            try {
                seen.put(by, inside(by));
            } catch (org.opentest4j.TestAbortedException e) {
                // Not on this machine.
            }
        }
        String wanted = System.getProperty("ambit.battery", "");
        if (!wanted.isEmpty()) {
            Files.writeString(Path.of(wanted), table(seen));
        }
        Map<String, List<String>> published = published();
        assertThat(published.keySet()).isEqualTo(outside.keySet());
        seen.forEach((by, results) -> results.forEach((name, result) -> assertThat(published
                        .getOrDefault(name, List.of())
                        .get(2 + List.of(By.values()).indexOf(by)))
                .as(by.title() + ": " + name)
                .isEqualTo(word(by, name, result))));
    }

    private static String word(By by, String name, int result) {
        if (result != 0) {
            return "closed";
        }
        return by.tier() == Tier.GVISOR && OF_ITS_OWN.contains(name) ? "its own kernel's" : "open";
    }

    private static String table(Map<By, Map<String, Integer>> seen) {
        StringBuilder table = new StringBuilder("| attempt | no boundary |");
        for (By by : By.values()) {
            table.append(' ').append(by.title()).append(" |");
        }
        table.append("\n|---|---|").append("---|".repeat(By.values().length)).append('\n');
        outside.forEach((name, result) -> {
            table.append("| ")
                    .append(name)
                    .append(" | ")
                    .append(result == 0 ? "open" : "closed")
                    .append(" |");
            for (By by : By.values()) {
                Map<String, Integer> results = seen.getOrDefault(by, Map.of());
                table.append(' ')
                        .append(results.containsKey(name) ? word(by, name, results.get(name)) : "not tried")
                        .append(" |");
            }
            table.append('\n');
        });
        return table.toString();
    }

    /** The cells of each row, by the attempt's name; the first is empty. */
    private static Map<String, List<String>> published() throws IOException {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        Path document = Path.of("").toAbsolutePath().resolveSibling("docs/reference/escape-battery.md");
        for (String line : Files.readAllLines(document)) {
            List<String> cells = List.of(line.split("\\s*\\|\\s*", -1));
            if (cells.size() == By.values().length + 4 && outside.containsKey(cells.get(1))) {
                rows.put(cells.get(1), cells.subList(1, cells.size()));
            }
        }
        return rows;
    }
}
