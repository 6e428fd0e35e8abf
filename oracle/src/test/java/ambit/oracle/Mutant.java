package ambit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.decision.Conjunct;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;

/** The kernel's sources with one mistake in them: the first {@code right} of a file after {@code where} becomes {@code wrong}. */
record Mutant(String file, String where, String right, String wrong) {
    private static final String KERNEL = "ambit.decision.";

    static Mutant of(String file, String right, String wrong) {
        return new Mutant(file, "", right, wrong);
    }

    /** Compiles the mistaken file into a directory, and loads a kernel with it. */
    Kernel load(Path directory) throws IOException, ReflectiveOperationException, URISyntaxException {
        Path source = Path.of(System.getProperty("ambit.root"), "decision/src/main/java/ambit/decision", file);
        Path copy = Files.writeString(directory.resolve(file), mistaken(Files.readString(source)));
        Path shipped = Path.of(Conjunct.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-d",
                        directory.toString(),
                        "-cp",
                        shipped.toString(),
                        "-proc:none",
                        "-nowarn",
                        copy.toString());
        assertThat(status).as("%s compiles", this).isZero();
        return (Kernel) new Loader(directory)
                .loadClass(ArrayKernel.class.getName())
                .getConstructor()
                .newInstance();
    }

    private String mistaken(String text) {
        int from = text.indexOf(where);
        int at = from < 0 ? -1 : text.indexOf(right, from);
        assertThat(at).as("the place of %s", this).isNotNegative();
        return text.substring(0, at) + wrong + text.substring(at + right.length());
    }

    /** A kernel of its own, the mistaken class in it, and what puts cases into its arrays; all else is as everywhere. */
    private static final class Loader extends ClassLoader {
        private final Path directory;

        Loader(Path directory) {
            super(Mutant.class.getClassLoader());
            this.directory = directory;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean own = name.startsWith(KERNEL) || name.startsWith(ArrayKernel.class.getName());
            Class<?> loaded = findLoadedClass(name);
            if (!own || loaded != null) {
                return loaded != null ? loaded : super.loadClass(name, resolve);
            }
            byte[] bytes = bytes(name);
            return defineClass(name, bytes, 0, bytes.length);
        }

        private byte[] bytes(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            Path mistaken = directory.resolve(file);
            try (InputStream in = Files.exists(mistaken)
                    ? Files.newInputStream(mistaken)
                    : getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Override
    public String toString() {
        return "%s: %s -> %s".formatted(file, right, wrong.isEmpty() ? "nothing" : wrong);
    }
}
