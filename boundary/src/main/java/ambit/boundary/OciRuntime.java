package ambit.boundary;

import ambit.boundary.BoundaryReport.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One program that runs OCI bundles.
 *
 * @param version what it says of itself, without its name
 */
record OciRuntime(By by, Path program, String version) {
    private static final Pattern VERSION = Pattern.compile("(?:crun|runc|runsc) version (\\S{1,60})");
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,8}).*");
    private static final Pattern YEAR = Pattern.compile(".*(20\\d\\d)\\d{4}.*");
    /** From then on runsc has a platform that is faster than ptrace(2) and as portable. */
    private static final int SYSTRAP_SINCE = 2024;

    /** The one installed on this machine. */
    static OciRuntime find(By by) throws BoundaryRefused {
        String name = by.title().substring(by.title().indexOf(':') + 1);
        Path program = Tools.require(name, name);
        return new OciRuntime(by, program, version(program));
    }

    /** Runs the bundle in the current directory. */
    List<String> command(String state, String id) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "--root", state));
        switch (by) {
            case PROCESS -> throw new IllegalStateException("bubblewrap runs no bundles");
            case CRUN -> command.addAll(List.of("--cgroup-manager=disabled", "run", "--no-new-keyring", id));
            case RUNC -> command.addAll(List.of("run", "--no-new-keyring", id));
            case RUNSC ->
                command.addAll(List.of(
                        "--rootless",
                        "--ignore-cgroups",
                        "--platform=" + platform(),
                        // The guest's sockets are sockets of its network namespace, where nothing is but loopback. Any
                        // other
                        // setting would leave gVisor with the power to make one.
                        "--network=host",
                        "--host-uds=open",
                        "run",
                        id));
        }
        return command;
    }

    private String platform() {
        Matcher year = YEAR.matcher(version);
        return year.matches() && Integer.parseInt(year.group(1)) >= SYSTRAP_SINCE ? "systrap" : "ptrace";
    }

    /** What is known against this version; a distribution may have mended it without another number. */
    List<Finding> warnings() {
        Matcher numbers = NUMBERS.matcher(version);
        if (by == By.RUNC && numbers.matches() && before(numbers, 1, 2, 8)) {
            return List.of(new Finding(
                    "runc " + version + " is older than 1.2.8, which closed CVE-2025-31133, -52565 and -52881",
                    "see whether your distribution mended it; here runc holds no privilege on the host"));
        }
        return List.of();
    }

    private static boolean before(Matcher version, int major, int minor, int patch) {
        int[] wanted = {major, minor, patch};
        for (int i = 0; i < wanted.length; i++) {
            int has = Integer.parseInt(version.group(i + 1));
            if (has != wanted[i]) {
                return has < wanted[i];
            }
        }
        return false;
    }

    private static String version(Path program) throws BoundaryRefused {
        try {
            ProcessBuilder builder = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true);
            builder.environment().clear();
            Process process = builder.start();
            String output = new String(process.getInputStream().readNBytes(2000), StandardCharsets.UTF_8);
            boolean ended = process.waitFor(5, TimeUnit.SECONDS);
            Matcher match = VERSION.matcher(output);
            if (!ended || !match.find()) {
                process.destroyForcibly();
                throw new BoundaryRefused(program + " does not tell its version", "run: " + program + " --version");
            }
            return match.group(1);
        } catch (IOException e) {
            throw new BoundaryRefused(program + " does not run", "run: " + program + " --version", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BoundaryRefused("interrupted while asking " + program + " for its version", "start again", e);
        }
    }
}
