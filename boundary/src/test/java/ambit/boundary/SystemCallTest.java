package ambit.boundary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What a guest gets when it asks the kernel for what no agent needs. */
final class SystemCallTest {
    /** Prints a line for each probe: its name, then 0 or the error number. Refuses to run with capabilities, without which
     * each is harmless even where it succeeds. */
    static final String PROBES = Guests.program("system_calls.py");

    /** Nobody's. */
    private static final int UNUSED_UID = 199_999;

    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int EPROTONOSUPPORT = 93;
    private static final int EAFNOSUPPORT = 97;

    @Test
    void whatNoAgentNeedsIsRefusedWithTheErrorThatProgramsExpect() throws Exception {
        Assumptions.assumeTrue(System.getProperty("os.arch").equals("amd64"), "the probes use x86_64 numbers");
        Map<String, Integer> inside;
        try (ProcessBoundary boundary = ProcessBoundary.open()) {
            Guests.Outcome outcome = Guests.run(boundary, Guests.python(PROBES).build());
            assertThat(outcome.exit()).as(outcome.err()).isEqualTo(new Exit(Exit.How.EXITED, 0));
            inside = parse(outcome.out());
        }
        Map<String, Integer> expected = new LinkedHashMap<>();
        inside.keySet().forEach(name -> expected.put(name, EPERM));
        inside.keySet().stream()
                .filter(name -> name.startsWith("af_") || name.startsWith("netlink"))
                .forEach(name -> expected.put(name, EAFNOSUPPORT));
        expected.put("clone3 newuser", ENOSYS);
        expected.put("x32 getpid", ENOSYS);
        expected.put("mptcp", EPROTONOSUPPORT);
        for (String allowed :
                new String[] {"af_unix", "tcp", "udp6", "netlink route", "fifo", "personality query", "getrandom"}) {
            expected.put(allowed, 0);
        }
        assertThat(inside).hasSize(58).isEqualTo(expected);
    }

    @Test
    void theProbesReachTheKernelWhereNoBoundaryIs() throws Exception {
        Assumptions.assumeTrue(System.getProperty("os.arch").equals("amd64"), "the probes use x86_64 numbers");
        // Never with privileges: some of these would then change the machine.
        List<String> command = new ArrayList<>();
        if (Launcher.current() instanceof Launcher.Root) {
            command.addAll(List.of("/usr/bin/setpriv", "--reuid=" + UNUSED_UID, "--regid=" + UNUSED_UID));
            command.addAll(List.of("--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--"));
        }
        command.addAll(List.of("/usr/bin/python3", "-c", PROBES));
        Process process = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        Map<String, Integer> outside =
                parse(new String(process.getInputStream().readNBytes(1 << 20), StandardCharsets.UTF_8));
        assertThat(process.waitFor()).isZero();
        // Those that need neither a privilege nor a kernel option, so that they must succeed here.
        for (String open : new String[] {
            "keyctl",
            "process_vm_readv",
            "kcmp",
            "personality no aslr",
            "ptrace traceme",
            "unshare user",
            "clone newuser",
            "clone3 newuser",
            "netlink sock_diag",
            "netlink uevent"
        }) {
            assertThat(outside).as(open).containsEntry(open, 0);
        }
    }

    static Map<String, Integer> parse(String text) {
        Map<String, Integer> results = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int mark = line.lastIndexOf('=');
            results.put(line.substring(0, mark), Integer.parseInt(line.substring(mark + 1)));
        });
        return results;
    }
}
