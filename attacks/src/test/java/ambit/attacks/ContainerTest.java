package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An agent in a boundary that an OCI runtime makes: it has the same doors, and the log says what it ran in. */
final class ContainerTest {
    private static final String PROGRAM = """
            import os
            write("user/notes/container", "kept")
            say(uid=os.getuid(),
                unix=len(handles()) > 0,
                model=chat("hello")["status"],
                tool=text(tool("exact.echo", text="echoed")),
                mcp=len(Mcp().tools()) > 0,
                child=spawn("agent.child", "say(done=True)").get("status"),
                host=attempt(lambda: os.listdir("/root")),
                canary=attempt(lambda: open("ROOT/canary").read()))
            """;

    @SuppressWarnings("NullAway.Init")
    private static Installation ambit;

    @BeforeAll
    static void up() throws Exception {
        Assumptions.assumeTrue(Host.isRoot(), "a container needs two uids for each guest, which only root can give");
        ambit = Installation.make(Mode.ROOT);
        ambit.up();
        Files.writeString(ambit.root().resolve("canary"), "seen by nobody");
    }

    @AfterAll
    static void down() {
        if (ambit != null) {
            ambit.close();
        }
    }

    private static void requireInstalled(String runtime) {
        Assumptions.assumeTrue(
                Stream.of("/usr/bin", "/usr/sbin").anyMatch(it -> Files.isExecutable(Path.of(it, runtime))),
                runtime + " is not here; run: apt-get install " + runtime);
    }

    @ParameterizedTest
    @ValueSource(strings = {"crun", "runc", "runsc"})
    void anAgentHasItsDoorsAndNothingElse(String runtime) throws Exception {
        requireInstalled(runtime);
        String program = PROGRAM.replace("ROOT", ambit.root().toString());
        JsonNode said = ambit.ambit("run", "--as", "alice", "--boundary", "oci:" + runtime, "probe", "--", program)
                .exits(0)
                .said();
        assertThat(said.get("uid").asInt()).isEqualTo(1000);
        assertThat(said.get("unix").asBoolean()).isTrue();
        assertThat(said.get("model").asInt()).isEqualTo(200);
        assertThat(said.get("tool").asString()).contains("echoed");
        assertThat(said.get("mcp").asBoolean()).isTrue();
        assertThat(said.get("child").asInt()).isEqualTo(200);
        assertThat(said.get("host").asString()).contains("Error");
        assertThat(said.get("canary").asString()).contains("FileNotFoundError");
        JsonMapper mapper = new JsonMapper();
        List<JsonNode> reports = ambit.log().stream()
                .filter(entry -> entry.get("kind").asString().equals("boundaryReport"))
                .map(entry -> mapper.readTree(entry.get("report").asString()))
                .filter(report -> report.get("by").asString().equals("oci:" + runtime))
                .toList();
        // The child's too, which asked for nothing: it is never in a weaker one.
        assertThat(reports).hasSize(2).allSatisfy(report -> {
            assertThat(report.get("seccomp").asInt()).isEqualTo(2);
            assertThat(report.get("noNewPrivileges").asBoolean()).isTrue();
            assertThat(report.get("tier").asString()).isEqualTo(runtime.equals("runsc") ? "gvisor" : "container");
        });
        assertThat(ambit.guest("say(kept=read('user/notes/container').get('value'))")
                        .exits(0)
                        .said()
                        .get("kept")
                        .asString())
                .isEqualTo("kept");
    }

    @Test
    void aBoundaryThatIsNotHereIsRefusedAndNothingWeakerTakesItsPlace() throws Exception {
        Outcome refused = ambit.ambit("run", "--as", "alice", "--boundary", "microvm", "probe", "--", "say(ran=1)");
        assertThat(refused.exits(4).err()).contains("no boundary here is as strong as microvm");
        assertThat(refused.out()).doesNotContain("ran");
        assertThat(ambit.ambit("run", "--as", "alice", "--boundary", "oci:kata", "probe", "--", "say(ran=1)")
                        .exits(2)
                        .err())
                .contains("there is no boundary 'oci:kata'");
    }

    @Test
    void theCommandSaysWhatThisMachineOffers() throws Exception {
        JsonNode offers =
                ambit.ambit("boundary", "check", "--json").exits(0).json().get("boundaries");
        assertThat(offers.valueStream().map(it -> it.get("boundary").asString()))
                .containsExactly("process", "oci:crun", "oci:runc", "oci:runsc");
        assertThat(offers.get(0).get("usable").asBoolean()).isTrue();
    }
}
