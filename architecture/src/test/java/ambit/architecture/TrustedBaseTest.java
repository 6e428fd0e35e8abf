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
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What everything else rests on is small and has no libraries. */
class TrustedBaseTest {

    /** What only the core runs: decision kernel, artifacts, log and the process itself. */
    private static final int LINE_BUDGET = 3_000;

    /** What the core has today. It is over its budget; this number only ever goes down, until it is the budget. */
    private static final int CORE_TODAY = 4_100;

    /** Codecs and messages, which every process shares and others' vectors test. */
    private static final int WIRE_BUDGET = 1_700;

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
        int core = 0;
        for (String module : Repository.TRUSTED_BASE) {
            int lines = lines(module);
            System.out.printf("core line budget: %5d in %s%n", lines, module);
            core += module.equals("wire") ? 0 : lines;
        }
        System.out.printf(
                "core line budget: %d of %d, and %d of %d in wire%n", core, LINE_BUDGET, lines("wire"), WIRE_BUDGET);
        assertThat(core).as("lines of the core without comments and blanks").isLessThanOrEqualTo(CORE_TODAY);
        assertThat(lines("wire"))
                .as("lines of the wire without comments and blanks")
                .isLessThanOrEqualTo(WIRE_BUDGET);
    }

    private static int lines(String module) {
        return Repository.sources(module).stream()
                .map(Repository::read)
                .mapToInt(CodeLines::count)
                .sum();
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
