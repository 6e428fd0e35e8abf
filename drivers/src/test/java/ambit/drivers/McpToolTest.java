package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.boundary.BoundaryRefused;
import ambit.boundary.ProcessBoundary;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.DriverToBroker.Failed;
import ambit.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real servers as child processes, each with one fault. */
@Timeout(60)
class McpToolTest {
    private static final String SECRET = "token-1234567";
    private static final String DESCRIPTION = "Says what it was told.";

    /** What the test server's tool {@code say} canonically is, written out by hand. */
    private static final String SAY = "{\"description\":\"" + DESCRIPTION + "\",\"inputSchema\":{"
            + "\"anyOf\":[{\"required\":[\"text\"]}],"
            + "\"properties\":{\"ratio\":{\"default\":1.5,\"type\":\"number\"},\"text\":{\"type\":\"string\"}},"
            + "\"required\":[\"text\"],\"type\":\"object\"},\"name\":\"say\"}";

    private static final Blob SAY_HASH = Kernel.json(SAY).sha256();
    private static final Blob PID_HASH = Kernel.json(
                    "{\"description\":\"Its process.\",\"inputSchema\":{\"type\":\"object\"},\"name\":\"pid\"}")
            .sha256();

    @TempDir
    Path directory;

    private final PlainLauncher launcher = new PlainLauncher();
    private Path script;
    private Kernel kernel;

    @BeforeEach
    void writeServer() throws IOException {
        script = directory.resolve("server.py");
        try (InputStream source = McpToolTest.class.getResourceAsStream("server.py")) {
            Files.write(script, source.readAllBytes());
        }
        // started by root, a boundary runs its program as a user that must reach the mounted files
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @AfterEach
    void close() {
        if (kernel != null) {
            kernel.close();
        }
        assertThat(launcher.started)
                .allSatisfy(process ->
                        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue());
    }

    private ToolConfig.LocalMcp config(String fault, Duration total) {
        Duration long_ = Duration.ofSeconds(30);
        return new ToolConfig.LocalMcp(
                "git",
                List.of("python3", script.toString(), fault),
                Map.of("PLAIN", "value"),
                Map.of("TOKEN", "env:SECRET"),
                List.of(new ToolConfig.FileView(script, script, false)),
                false,
                new CallLimits(long_, long_, long_, total, 256 << 10));
    }

    private void start(String fault) throws IOException, DriverFailure {
        start(config(fault, Duration.ofSeconds(30)), launcher);
    }

    private Toolbox start(ToolConfig config, ServerLauncher with) throws IOException, DriverFailure {
        Toolbox toolbox = new Toolbox(List.of(config), Map.of("SECRET", SECRET), with);
        assertThat(toolbox.complaints()).isEmpty();
        kernel = new Kernel(directory, toolbox.tools());
        return toolbox;
    }

    private DriverToBroker say(Blob context, String text) {
        return kernel.execute(kernel.order(context, "git.say", "{\"text\":\"" + text + "\",\n\"n\":1.10}")
                .definition(SAY_HASH));
    }

    private long pid(Blob context) throws Exception {
        DriverToBroker reply =
                kernel.execute(kernel.order(context, "git.pid", "{}").definition(PID_HASH));
        return Long.parseLong(text(reply));
    }

    private static String json(DriverToBroker reply) {
        assertThat(reply).as(reply.toString()).isInstanceOf(Done.class);
        return new String(((Done) reply).result().toArray(), StandardCharsets.UTF_8);
    }

    private static String text(DriverToBroker reply) throws Exception {
        Json.Obj result = (Json.Obj) Json.parse(Kernel.json(json(reply)));
        Json.Obj content =
                (Json.Obj) ((Json.Arr) result.members().get("content")).items().getFirst();
        return ((Json.Str) content.members().get("text")).value();
    }

    private static void assertFailed(DriverToBroker reply, Denial code, String... words) {
        assertThat(reply).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.sentence()).contains(words).doesNotContain(SECRET, "\n");
            assertThat(failed.code()).isEqualTo(code);
            assertThat(failed.proof()).isNotEqualTo(Blob.EMPTY);
        });
    }

    @Test
    void aToolIsCalledWithTheCheckedArgumentsAndItsResultComesBackWhole() throws Exception {
        start("none");
        DriverToBroker reply = say(kernel.context(), "hello");
        assertThat(text(reply)).isEqualTo("{\"text\": \"hello\", \"n\": 1.1}");
        assertThat(json(reply)).contains("\"extra\":1.5");
    }

    @Test
    void eachContextHasAServerOfItsOwnThatStaysUntilItEnds() throws Exception {
        start("none");
        Blob one = kernel.context();
        Blob two = kernel.context();
        long first = pid(one);
        assertThat(pid(one)).isEqualTo(first);
        assertThat(pid(two)).isNotEqualTo(first);
        kernel.contexts.drop(one);
        assertThat(launcher.started.getFirst().waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(launcher.started.getLast().isAlive()).isTrue();
        kernel.contexts.commit(two);
        assertThat(launcher.started.getLast().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void callsAtTheSameTimeShareOneServer() throws Exception {
        start("none");
        Blob context = kernel.context();
        List<CompletableFuture<DriverToBroker>> replies = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String text = "call " + i;
            replies.add(CompletableFuture.supplyAsync(() -> say(context, text)));
        }
        for (int i = 0; i < 8; i++) {
            assertThat(text(replies.get(i).get())).contains("call " + i);
        }
        assertThat(launcher.started).hasSize(1);
    }

    @Test
    void aChangedDefinitionIsNotCalled() throws Exception {
        start("changed");
        assertFailed(say(kernel.context(), "x"), Denial.TOOL_CHANGED, "described differently", "'say'");
    }

    @Test
    void aDefinitionThatChangesLaterIsNotCalledAgain() throws Exception {
        start("changes");
        Blob context = kernel.context();
        assertThat(say(context, "x")).isInstanceOf(Done.class);
        assertFailed(say(context, "x"), Denial.TOOL_CHANGED, "described differently");
    }

    @Test
    void anOperationWithoutAPinOrWithoutAServersOfferIsNotCalled() throws Exception {
        start("none");
        Blob context = kernel.context();
        assertFailed(kernel.execute(kernel.order(context, "git.say", "{}")), Denial.TOOL_CHANGED, "without the hash");
        assertFailed(
                kernel.execute(kernel.order(context, "git.push", "{}").definition(SAY_HASH)),
                Denial.TOOL_CHANGED,
                "no longer offered");
    }

    @Test
    void aServerThatDiesIsReportedWithItsLastWordsAndTheNextCallGetsAFreshOne() throws Exception {
        start("dies");
        Blob context = kernel.context();
        assertFailed(
                say(context, "x"),
                Denial.DRIVER_FAILED,
                "exit code 7",
                "fatal: out of cheese",
                Scrubber.MARK,
                "python3");
        assertFailed(say(context, "x"), Denial.DRIVER_FAILED, "exit code 7");
        assertThat(launcher.started).hasSize(2);
    }

    @Test
    void aServerThatHangsIsStopped() throws Exception {
        start(config("hangs", Duration.ofSeconds(3)), launcher);
        assertFailed(say(kernel.context(), "x"), Denial.TIMED_OUT, "did not answer tools/call in time");
        assertThat(launcher.started.getFirst().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aServerThatNeverSaysHelloIsStopped() throws Exception {
        start(config("deaf", Duration.ofSeconds(1)), launcher);
        assertFailed(say(kernel.context(), "x"), Denial.TIMED_OUT, "did not answer initialize in time");
        assertThat(launcher.started.getFirst().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aServerThatFloodsIsKilledAndOthersAreUnaffected() throws Exception {
        start("floods");
        Blob other = kernel.context();
        long unaffected = pidOfQuietServer(other);
        assertFailed(say(kernel.context(), "x"), Denial.TOO_LARGE, "was killed");
        assertThat(launcher.started.getLast().waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ProcessHandle.of(unaffected)).get().matches(ProcessHandle::isAlive);
    }

    /** Starts a server by a call that is refused before it could flood. */
    private long pidOfQuietServer(Blob context) {
        assertThat(kernel.execute(kernel.order(context, "git.say", "{}"))).isInstanceOf(Failed.class);
        return launcher.started.getLast().pid();
    }

    @Test
    void aServerThatOnlyChattersIsKilledToo() throws Exception {
        start("chatters");
        assertFailed(say(kernel.context(), "x"), Denial.TOO_LARGE, "was killed");
    }

    @Test
    void anErrorOfTheServerIsPassedOnAndTheServerLives() throws Exception {
        start("errs");
        Blob context = kernel.context();
        assertFailed(say(context, "x"), Denial.DRIVER_FAILED, "error -32602: no such branch");
        assertFailed(say(context, "x"), Denial.DRIVER_FAILED, "no such branch");
        assertThat(launcher.started).hasSize(1);
    }

    @Test
    void aRevisionThatIsNotSpokenIsSaid() throws Exception {
        start("old");
        assertFailed(say(kernel.context(), "x"), Denial.DRIVER_FAILED, "revision 1999-01-01", "2025-11-25");
    }

    @Test
    void anAnswerLargerThanThePermitAllowsIsWithheld() throws Exception {
        start("none");
        Kernel.Order order = kernel.order(kernel.context(), "git.say", "{\"text\":\"" + "x".repeat(500) + "\"}")
                .definition(SAY_HASH)
                .maxBytes(300);
        assertFailed(kernel.execute(order), Denial.TOO_LARGE, "300 are allowed");
    }

    @Test
    void endingTheContextCancelsACallThatRuns() throws Exception {
        start("hangs");
        Blob context = kernel.context();
        CompletableFuture<DriverToBroker> reply = CompletableFuture.supplyAsync(() -> say(context, "x"));
        while (launcher.started.isEmpty()) {
            Thread.onSpinWait();
        }
        kernel.contexts.drop(context);
        assertFailed(reply.get(10, TimeUnit.SECONDS), Denial.CONTEXT_ENDED, "");
        assertThat(launcher.started.getFirst().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void discoveryListsCanonicalDefinitionsOverAllPagesAndStopsTheServer() throws Exception {
        Toolbox toolbox = start(config("pages", Duration.ofSeconds(30)), launcher);
        List<ToolDefinition> found = toolbox.discoverable().get("git").discover(new Cancellation());
        assertThat(ToolDefinition.array(found)).endsWith("," + SAY + "]");
        assertThat(found.getLast().hash()).isEqualTo(SAY_HASH);
        assertThat(launcher.started.getFirst().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aServerThatEndsAtOnceIsNamedWithItsCommand() throws Exception {
        Toolbox toolbox = start(config("gone", Duration.ofSeconds(30)), launcher);
        assertThatThrownBy(() -> toolbox.discoverable().get("git").discover(new Cancellation()))
                .hasMessageContaining("tool 'git'")
                .hasMessageContaining("exit code 3")
                .hasMessageContaining("'python3'");
    }

    @Test
    void insideItsBoundaryAServerSeesNoHostAndGetsItsSecret() throws Exception {
        try (ProcessBoundary boundary = open()) {
            start(config("environment", Duration.ofSeconds(30)), new BoundaryLauncher(boundary));
            Blob context = kernel.context();
            String text = text(say(context, "x"));
            assertThat(text)
                    .contains("\"PLAIN\": \"value\"")
                    .contains("\"TOKEN\": \"" + Scrubber.MARK + "\"")
                    .endsWith("False")
                    .doesNotContain("JAVA_HOME");
            kernel.contexts.drop(context);
        }
    }

    @Test
    void insideItsBoundaryAMissingProgramIsNamed() throws Exception {
        try (ProcessBoundary boundary = open()) {
            ToolConfig.LocalMcp good = config("none", Duration.ofSeconds(30));
            ToolConfig.LocalMcp missing = new ToolConfig.LocalMcp(
                    "git", List.of("no-such-mcp-server"), Map.of(), Map.of(), List.of(), false, good.limits());
            start(missing, new BoundaryLauncher(boundary));
            DriverToBroker reply = say(kernel.context(), "x");
            assertThat(reply)
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed -> assertThat(failed.sentence()).contains("tool 'git'", "no-such-mcp-server"));
        }
    }

    private static ProcessBoundary open() throws BoundaryRefused {
        return ProcessBoundary.open();
    }
}
