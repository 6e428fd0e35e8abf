package ambit.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Starts programs of this machine and takes what they print. */
final class Programs {

    private Programs() {}

    /**
     * Runs a program to its end and returns its standard output; its standard error goes to {@code errors}.
     *
     * @throws IOException if it does not end with 0
     */
    static String run(Path directory, Map<String, String> environment, Path errors, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        if (exit != 0) {
            throw new IOException("'" + String.join(" ", command) + "' ended with " + exit + "; see " + errors);
        }
        return output;
    }

    /** {@code bwrap --unshare-all} around a command, with the programs of this machine in view and nothing else done. */
    static List<String> bareBoundary(String... command) {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(
                                "bwrap",
                                "--unshare-all",
                                "--die-with-parent",
                                "--ro-bind",
                                "/usr",
                                "/usr",
                                "--symlink",
                                "usr/bin",
                                "/bin",
                                "--symlink",
                                "usr/lib",
                                "/lib",
                                "--symlink",
                                "usr/lib64",
                                "/lib64",
                                "--proc",
                                "/proc",
                                "--dev",
                                "/dev",
                                "--tmpfs",
                                "/tmp",
                                "--"),
                        java.util.stream.Stream.of(command))
                .toList();
    }
}
