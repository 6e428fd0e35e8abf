package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Revocation;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.keyfile.SecretKeyFile;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.cli.config.Config;
import ambit.cli.config.Problem;
import ambit.cli.supervisor.KernelPlan;
import ambit.cli.text.Terminal;
import ambit.wire.Blob;
import ambit.wire.Cose;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs no kernel: a project's files, its configuration, artifacts in words. */
class ProjectCommandsTest {

    @TempDir
    private Path directory;

    private Shell shell = new Shell(Path.of(""));

    @BeforeEach
    void shell() {
        shell = new Shell(directory);
    }

    @Test
    void initMakesAProjectThatChecksWithoutAWarning() throws IOException {
        assertThat(shell.run("init")).isZero();
        assertThat(shell.run("check")).isZero();
        assertThat(shell.err()).isEqualTo("ambit: ambit.yaml is good: 1 agent, 0 tools, 1 principal\n");
        assertThat(Files.readString(directory.resolve("ambit.yaml")))
                .startsWith("# yaml-language-server: $schema=.ambit/ambit.schema.json\n");
        assertThat(directory.resolve(".ambit/ambit.schema.json")).isNotEmptyFile();
        assertThat(directory.resolve(".gitignore")).hasContent(".ambit/");
    }

    @Test
    void keysAreForTheirOwnerAlone() throws IOException {
        shell.run("init", "--principal", "alice", "--principal", "bob");
        for (String name : new String[] {"tenant", "alice", "bob"}) {
            Path key = directory.resolve(".ambit/keys/" + name + ".key");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                    .isEqualTo("rw-------");
            assertThat(PublicKeyFile.read(directory.resolve(".ambit/keys/" + name + ".pub")))
                    .isEqualTo(SecretKeyFile.read(key).publicKey());
        }
        for (String name : new String[] {".ambit", ".ambit/keys"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void initTwiceChangesNothing() throws IOException {
        shell.run("init");
        Map<Path, String> before = contents();
        assertThat(shell.run("init")).isEqualTo(2);
        assertThat(shell.err()).contains("is there already").contains("--principal NAME");
        assertThat(shell.run("init", "--principal", "alice")).isEqualTo(2);
        assertThat(shell.err()).contains("alice has keys already");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void initAddsThePrincipalsOfAProjectThatIsThere() {
        shell.run("init");
        assertThat(shell.run("init", "--principal", "bob")).isZero();
        assertThat(directory.resolve(".ambit/keys/bob.key")).exists();
        assertThat(shell.run("init", "--principal", "tenant")).isEqualTo(2);
        assertThat(shell.run("init", "--principal", "../x")).isEqualTo(2);
    }

    @Test
    void initMakesAllKeysOfAProjectThatWasCloned() throws IOException {
        Files.writeString(directory.resolve("ambit.yaml"), "tenant: acme\n");
        assertThat(shell.run("init", "--principal", "alice")).isZero();
        assertThat(directory.resolve(".ambit/keys/tenant.key")).exists();
        assertThat(directory.resolve(".ambit/keys/alice.key")).exists();
        assertThat(directory.resolve("ambit.yaml")).hasContent("tenant: acme\n");
    }

    @Test
    void initNeverOverwritesAnAmbitYamlThatSomebodyWrote() throws IOException {
        Files.writeString(directory.resolve("ambit.yaml"), "mine");
        assertThat(shell.run("init")).isEqualTo(2);
        assertThat(directory.resolve("ambit.yaml")).hasContent("mine");
    }

    @Test
    void gitignoreIsExtendedOnce() throws IOException {
        Files.writeString(directory.resolve(".gitignore"), "target/");
        shell.run("init");
        assertThat(directory.resolve(".gitignore")).hasContent("target/\n.ambit/\n");
    }

    @Test
    void aBrokenFileIsExitCodeTwoWithEveryPlace() throws IOException {
        Files.writeString(directory.resolve("ambit.yaml"), "tenant: Acme\nagent: {}\n");
        assertThat(shell.run("check")).isEqualTo(2);
        assertThat(shell.err().lines())
                .containsExactly(
                        "ambit: error: ambit.yaml:1:9: expected a short name (a-z, 0-9, -), not 'Acme'",
                        "ambit: error: ambit.yaml:2:1: the file has no 'agent'",
                        "ambit: hint: did you mean 'agents'?");
        for (String command : new String[] {"up", "grant a b"}) {
            assertThat(shell.run(command.split(" ", -1))).isEqualTo(2);
        }
    }

    @Test
    void checkSaysWhatThisMachineLacks() throws IOException {
        Files.createDirectories(directory.resolve("agent"));
        Files.writeString(directory.resolve("ambit.yaml"), """
                tenant: acme
                tools:
                  model: {driver: openai, at: "http://127.0.0.1:1/v1", credential: "env:NO_SUCH_KEY"}
                agents:
                  a:
                    run: [/agent/none.py]
                    sees: {/agent: agent, /data: missing}
                  b:
                    run: [/opt/python, x]
                  c:
                    run: [sh]
                    sees: {/project: .}
                log:
                  ship:
                    - {to: "otlp:https://collector.example.com", credential: "env:NO_SUCH_TOKEN"}
                """);
        Files.createDirectories(directory.resolve(".ambit"));
        assertThat(shell.run("check")).isEqualTo(2);
        assertThat(shell.err())
                .contains("ambit.yaml:3:3: the credential of 'model' is not set: NO_SUCH_KEY")
                .contains(
                        "ambit.yaml:15:12: the credential of 'otlp:https://collector.example.com' is not set: NO_SUCH_TOKEN")
                .contains("ambit.yaml:5:3: the agent 'a' runs /agent/none.py, but ")
                .contains("ambit.yaml:7:27: there is no ")
                .contains("ambit.yaml:8:3: the agent 'b' runs /opt/python, which nothing shows")
                .contains("ambit.yaml:12:12: '/project' would show the kernel's own keys and log");
        assertThat(shell.run("check", "--no-host")).isZero();
    }

    @Test
    void withoutAProjectEveryCommandSaysSo() {
        for (String command : new String[] {"check", "status", "log", "up", "down", "grants"}) {
            assertThat(shell.run(command)).as(command).isEqualTo(2);
            assertThat(shell.err()).contains("there is no ambit.yaml").contains("ambit init");
        }
    }

    @Test
    void withoutAKernelStatusSaysDownAndDownIsDone() {
        shell.run("init");
        assertThat(shell.run("status")).isEqualTo(5);
        assertThat(shell.out()).isEqualTo("the kernel is down\n");
        assertThat(shell.run("status", "--json")).isEqualTo(5);
        assertThat(shell.out()).isEqualTo("{\"state\":\"down\",\"problem\":\"\",\"witnesses\":[]}\n");
        assertThat(shell.run("down")).isZero();
        assertThat(shell.run("log")).isEqualTo(2);
    }

    @Test
    void runOfAnUnknownAgentNamesTheKnownOnes() {
        shell.run("init");
        assertThat(shell.run("run", "shel")).isEqualTo(2);
        assertThat(shell.err()).contains("there is no agent 'shel'").contains("there are: shell");
    }

    @Test
    void inspectSaysWhatAnArtifactSaysAndWhetherItIsTrue() throws IOException {
        shell.run("init");
        SigningKey tenant = SecretKeyFile.read(directory.resolve(".ambit/keys/tenant.key"));
        Revocation revocation = new Revocation("acme", Blob.of(new byte[16]), "lost laptop", 1_000_000);
        byte[] bytes =
                Signed.sign(Cose.Domain.REVOCATION, tenant, revocation.toBlob()).toArray();
        Path file = Files.write(directory.resolve("x.revocation"), bytes);
        assertThat(shell.run("inspect", file.toString())).isZero();
        assertThat(shell.out())
                .contains("SHA-256 " + Blob.of(bytes).sha256().toHex())
                .contains("(tenant)")
                .contains("the signature verifies as a revocation")
                .contains("lost laptop");
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThat(shell.run("inspect", file.toString())).isEqualTo(1);
        assertThat(shell.out()).contains("does not verify").doesNotContain("lost laptop");
        assertThat(shell.run("inspect", directory.resolve("ambit.yaml").toString()))
                .isEqualTo(2);
        assertThat(shell.run(
                        "inspect", directory.resolve(".ambit/keys/alice.pub").toString()))
                .isZero();
        assertThat(shell.out()).contains("(alice)");
    }

    private Map<Path, String> contents() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).collect(java.util.stream.Collectors.toMap(file -> file, file -> {
                try {
                    return Blob.of(Files.readAllBytes(file)).sha256().toHex();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }));
        }
    }

    @Test
    void onlyWhatAnAgentAndItsChildrenNeedIsAskedOfTheMachine() throws IOException {
        shell.run("init", "--principal", "alice");
        Files.writeString(directory.resolve("ambit.yaml"), """
                tenant: acme
                tools:
                  gone: {driver: mcp, run: [/usr/bin/env], sees: {/data: no-such-folder}}
                agents:
                  whole: {run: [/usr/bin/env]}
                  broken: {run: [/usr/bin/env], may-use: {gone.read: {where: any}}}
                  parent: {run: [/usr/bin/env], may-start: {broken: 1}}
                principals:
                  alice: {may-run: [whole, broken, parent]}
                """);
        Project project = Project.in(directory, Map.of());
        Config config = project.config(
                new Terminal(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()), false));
        assertThat(wrong(project, config, "whole")).isEmpty();
        assertThat(wrong(project, config, "broken")).singleElement().asString().contains("no-such-folder");
        assertThat(wrong(project, config, "parent")).singleElement().asString().contains("no-such-folder");
        assertThat(KernelPlan.of(config, directory).tools()).isEmpty();
        Files.createDirectory(directory.resolve("no-such-folder"));
        assertThat(wrong(project, config, "broken")).isEmpty();
        assertThat(KernelPlan.of(config, directory).tools()).hasSize(1);
    }

    private static List<Problem> wrong(Project project, Config config, String agent) {
        return HostCheck.of(
                        project,
                        config,
                        java.util.Objects.requireNonNull(config.agents().get(agent)),
                        Map.of())
                .errors();
    }
}
