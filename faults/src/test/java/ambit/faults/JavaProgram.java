package ambit.faults;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One of Ambit's processes, with the classes that this test has. */
final class JavaProgram {
    private JavaProgram() {}

    /**
     * How a process is started.
     *
     * @param before what stands before the command, such as {@code fiu-run -x}
     * @param first classes that take the place of its own
     */
    record Start(List<String> before, Map<String, String> environment, List<Path> first) {
        static final Start PLAIN = new Start(List.of(), Map.of(), List.of());

        static Start by(String... before) {
            return new Start(List.of(before), Map.of(), List.of());
        }

        static Start with(Map<String, String> environment) {
            return new Start(List.of(), environment, List.of());
        }

        static Start built(Path... first) {
            return new Start(List.of(), Map.of(), List.of(first));
        }
    }

    static Process start(Start how, String main, Path config) throws IOException {
        List<String> command = new ArrayList<>(how.before());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                how.first().stream().map(path -> path + File.pathSeparator).collect(Collectors.joining())
                        + classPath(how),
                main,
                config.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(how.environment());
        return builder.start();
    }

    /** Corretto asks for the time so often, for want of randomness, that it takes ten seconds to load where the clock is not the system's. */
    private static String classPath(Start how) {
        String all =
                System.getProperty("jdk.module.path", "") + File.pathSeparator + System.getProperty("java.class.path");
        return Arrays.stream(all.split(File.pathSeparator))
                .filter(each -> how.environment().isEmpty() || !each.contains("AmazonCorretto"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
