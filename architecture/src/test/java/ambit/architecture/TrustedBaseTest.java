package ambit.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What everything else rests on is small and has no libraries. */
class TrustedBaseTest {

    /** What decides, counts and serves: the modules that there are for the core alone. */
    private static final int CORE_BUDGET = 3_000;

    /** Bytes to records and back, signatures, and the log: they decide nothing, and all processes share them. */
    private static final Set<String> SHARED = Set.of("wire", "authority", "log");

    private static final int SHARED_BUDGET = 5_150;

    @Test
    void requiresJavaBaseAndItselfOnly() throws IOException {
        Set<String> own = Repository.TRUSTED_BASE.stream().map("ambit."::concat).collect(Collectors.toSet());
        for (String module : Repository.TRUSTED_BASE) {
            Set<String> foreign = new TreeSet<>();
            for (Requires required : descriptor(module).requires()) {
                if (!onlyForNullness(required) && !own.contains(required.name())) {
                    foreign.add(required.name());
                }
            }
            assertThat(foreign).as("what ambit.%s requires", module).containsExactly("java.base");
        }
    }

    @Test
    void theDecisionKernelRequiresJavaBaseOnly() throws IOException {
        assertThat(descriptor("decision").requires().stream()
                        .filter(required -> !onlyForNullness(required))
                        .map(Requires::name))
                .containsExactly("java.base");
    }

    /** The descriptor says what may be read; jdeps says what the classes do refer to. */
    @Test
    void refersToJavaBaseAndItselfOnly() {
        ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        for (String module : Repository.TRUSTED_BASE) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            String modulePath = Repository.TRUSTED_BASE.stream()
                    .map(name -> Repository.classes(name).toString())
                    .collect(Collectors.joining(":"));
            int status = jdeps.run(
                    new PrintWriter(out),
                    new PrintWriter(err),
                    "-summary",
                    "--module-path",
                    modulePath,
                    "--module",
                    "ambit." + module);
            assertThat(status).as("%s%s", out, err).isZero();
            assertThat(out.toString().lines().map(line -> line.replaceFirst(".*-> ", "")))
                    .as("what ambit.%s refers to", module)
                    .allMatch(name -> name.equals("java.base")
                            || name.equals("org.jspecify")
                            || name.equals("not found")
                            || name.startsWith("ambit."));
        }
    }

    @Test
    void staysWithinItsLineBudget() {
        SortedMap<String, Integer> lines = new TreeMap<>();
        int core = 0;
        int shared = 0;
        for (String module : Repository.TRUSTED_BASE) {
            Path root = Repository.file(module).resolve("src/main/java");
            for (Path source : Repository.sources(module)) {
                String file = root.relativize(source).toString();
                String name = file.contains("/") ? file.substring(0, file.lastIndexOf('/')) : "module " + module;
                int count = CodeLines.count(Repository.read(source));
                lines.merge(name, count, Integer::sum);
                core += SHARED.contains(module) ? 0 : count;
                shared += SHARED.contains(module) ? count : 0;
            }
        }
        lines.forEach((name, count) -> System.out.printf("line budget: %5d in %s%n", count, name));
        System.out.printf(
                "line budget: the core has %d of %d, what it shares has %d of %d%n",
                core, CORE_BUDGET, shared, SHARED_BUDGET);
        assertThat(core).as("lines of the core").isLessThanOrEqualTo(CORE_BUDGET);
        assertThat(shared).as("lines that the core shares").isLessThanOrEqualTo(SHARED_BUDGET);
    }

    private static ModuleDescriptor descriptor(String module) throws IOException {
        try (InputStream in = Files.newInputStream(Repository.classes(module).resolve("module-info.class"))) {
            return ModuleDescriptor.read(in);
        }
    }

    /** JSpecify's annotations are there for the compiler alone; at run time the module is absent. */
    private static boolean onlyForNullness(Requires required) {
        return required.name().equals("org.jspecify") && required.modifiers().contains(Modifier.STATIC);
    }
}
