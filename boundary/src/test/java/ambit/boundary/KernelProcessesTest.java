package ambit.boundary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Core and broker in boundaries of their own, started by root and by an ordinary user, and guests from inside them. */
final class KernelProcessesTest {
    private static final String ORDINARY_USER = "tester";
    private static final List<String> BECOME_ORDINARY =
            List.of("/usr/bin/setpriv", "--reuid=" + ORDINARY_USER, "--regid=" + ORDINARY_USER, "--init-groups", "--");

    @Test
    void anOrdinaryUserGetsConfinedProcessesWhoseBrokerStartsGuests() throws Exception {
        boolean root = Launcher.current() instanceof Launcher.Root;
        Assumptions.assumeTrue(!root || userExists(), "there is no user " + ORDINARY_USER + " to become");
        String out = supervised(root ? BECOME_ORDINARY : List.of(), root);
        assertThat(out)
                .contains("separate uids false")
                .contains("peers as foretold")
                .contains("launcher nested memory meter")
                .contains("uids differ false");
        assertCommon(out);
    }

    @Test
    void rootGetsConfinedProcessesWithUidsOfTheirOwnWhoseBrokerGivesEveryGuestOne() throws Exception {
        Assumptions.assumeTrue(Launcher.current() instanceof Launcher.Root, "not run by root");
        String out = supervised(List.of(), false);
        assertThat(out)
                .contains("separate uids true")
                .contains("peers as foretold")
                .contains("launcher range")
                .contains("uids differ true");
        assertCommon(out);
    }

    @Test
    void aSupervisorThatIsKilledTakesItsProcessesAlong() throws Exception {
        supervised(List.of(), false, List.of("hold"), KernelProcessesTest::killed);
        if (Launcher.current() instanceof Launcher.Root && userExists()) {
            supervised(BECOME_ORDINARY, true, List.of("hold"), KernelProcessesTest::killed);
        }
    }

    private static String killed(Process supervisor) throws Exception {
        BufferedReader out =
                new BufferedReader(new InputStreamReader(supervisor.getInputStream(), StandardCharsets.UTF_8));
        assertThat(out.readLine()).isEqualTo("holding");
        List<ProcessHandle> all = supervisor.descendants().toList();
        assertThat(all).hasSizeGreaterThanOrEqualTo(6);
        supervisor.destroyForcibly().waitFor();
        for (ProcessHandle each : all) {
            ProcessHandle ended = each.onExit().get(20, TimeUnit.SECONDS);
            assertThat(ended.isAlive()).isFalse();
        }
        return "";
    }

    private static void assertCommon(String out) {
        assertThat(out)
                .contains("reached first")
                .contains("reached second")
                .contains("confined 5\n")
                .contains("memory MEMORY_LIMIT")
                .contains("forks stopped 11")
                .contains("inside 0")
                .containsPattern("CapInh:0+CapPrm:0+CapEff:0+CapBnd:0+CapAmb:0+NoNewPrivs:1Seccomp:2")
                .containsPattern("(?m)^bin dev etc lib (lib\\w+ )*proc sbin tmp usr 0 1 2 3 unshare")
                .contains("Operation not permitted")
                .contains("core 1");
    }

    /** In a process of its own, as the user that {@code prefix} turns it into. */
    private static String supervised(List<String> prefix, boolean givenAway) throws Exception {
        return supervised(prefix, givenAway, List.of(), KernelProcessesTest::toTheEnd);
    }

    /** What is done with a supervisor while it runs. */
    private interface Use {
        String of(Process process) throws Exception;
    }

    private static String toTheEnd(Process process) throws Exception {
        String out = new String(process.getInputStream().readNBytes(1 << 20), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    private static String supervised(List<String> prefix, boolean givenAway, List<String> more, Use use)
            throws Exception {
        Path base = Files.createTempDirectory("ambit-kernel-test-");
        try {
            Files.setAttribute(base, "unix:mode", 0777);
            Path classes = Files.createDirectory(base.resolve("classes"));
            copy(Path.of("target/classes"), classes);
            copy(Path.of("target/test-classes"), classes);
            List<String> command = new ArrayList<>(prefix);
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-Djava.io.tmpdir=" + (givenAway ? base : "/tmp"),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    classes.toString(),
                    "ambit.boundary.Supervised",
                    classes.toString(),
                    base.resolve("shared").toString()));
            command.addAll(more);
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            return use.of(process);
        } finally {
            delete(base);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (!path.endsWith("module-info.class")) {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static void delete(Path base) throws IOException {
        try (Stream<Path> paths = Files.walk(base)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static boolean userExists() throws IOException {
        return Files.readAllLines(Path.of("/etc/passwd")).stream()
                .anyMatch(line -> line.startsWith(ORDINARY_USER + ":"));
    }
}
