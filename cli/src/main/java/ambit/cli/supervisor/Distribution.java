package ambit.cli.supervisor;

import ambit.boundary.Mount;
import ambit.cli.outcome.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The jars of the kernel's processes, {@code <root>/<process>/lib}, and the Java that runs them: this one. */
public record Distribution(Path root) {

    private static final List<String> PROCESSES = List.of("core", "drivers", "broker");
    private static final String OPTIONS = "java.options";

    /** The distribution that AMBIT_DIST names, or else the one that this command runs from. */
    public static Distribution find(Map<String, String> environment) {
        String named = environment.getOrDefault("AMBIT_DIST", "");
        Path root = named.isEmpty() ? own() : Path.of(named);
        Distribution found = new Distribution(root.toAbsolutePath().normalize());
        for (String process : PROCESSES) {
            if (!Files.isDirectory(found.lib(process))) {
                throw Failure.kernel(
                        "there are no jars in " + found.lib(process),
                        "start the command as ./ambit, which builds them");
            }
        }
        return found;
    }

    private static Path own() {
        String first = modulePath().split(":", -1)[0];
        Path lib = Path.of(first.isEmpty() ? "." : first).toAbsolutePath().normalize();
        Path root = lib.resolve("../..").normalize();
        return Files.isDirectory(lib) ? root : root.resolve("..").normalize();
    }

    /** The module path that this command itself runs with. */
    static String modulePath() {
        return System.getProperty("jdk.module.path", "");
    }

    public Path lib(String process) {
        return root.resolve(process).resolve("lib");
    }

    /**
     * What the Java of this process is told beside what its starter says: that it finds classes loaded and linked beside the
     * jars (JEP 483), if {@code scripts/train} was there. An argument file, or nothing.
     *
     * @param process the directory of its jars
     * @param inside where it sees its jars
     */
    public List<String> options(String process, Path inside) {
        return Files.isReadable(lib(process).resolve(OPTIONS)) ? List.of("@" + inside.resolve(OPTIONS)) : List.of();
    }

    /** The same for another process with this command's own jars. */
    static List<String> ownOptions() {
        Path options = own().resolve("cli/lib").resolve(OPTIONS);
        return Files.isReadable(options) ? List.of("@" + options) : List.of();
    }

    /** The Java home that this command itself runs with. */
    static Path javaHome() {
        return Path.of(System.getProperty("java.home")).toAbsolutePath().normalize();
    }

    public static Path java() {
        return javaHome().resolve("bin/java");
    }

    /** Where a Java's configuration is linked from elsewhere (Debian's is in /etc), that place must be in view too. */
    public static List<Mount> javaConfiguration() {
        List<Mount> mounts = new ArrayList<>();
        Path home = javaHome();
        for (String name : List.of("conf", "lib/security/cacerts", "lib/security/blocked.certs")) {
            try {
                Path real = home.resolve(name).toRealPath();
                if (!real.startsWith(home.toRealPath()) && !real.startsWith("/usr")) {
                    mounts.add(new Mount.ReadOnly(real, real));
                }
            } catch (IOException _) {
                // This Java has none.
            }
        }
        return mounts;
    }

    /** Something that is another one after a build. */
    List<String> version() {
        List<String> jars = new ArrayList<>();
        jars.add(javaHome().toString());
        for (String process : PROCESSES) {
            try (Stream<Path> files = Files.list(lib(process))) {
                for (Path jar : files.sorted().toList()) {
                    jars.add(jar + "@" + Files.getLastModifiedTime(jar).toMillis() + "+" + Files.size(jar));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return jars;
    }
}
