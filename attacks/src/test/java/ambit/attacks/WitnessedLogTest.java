package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A kernel whose log a witness cosigns, a real one in a process of its own, and what that is worth when an older log is put back. */
final class WitnessedLogTest {
    private static final String NAME = "witness.example/one";

    /** A process that prints its verifier keys, and where it answers. */
    private record Witness(Running process, int port) {
        List<String> keys() {
            return process.out().lines().toList();
        }

        String yaml() {
            return "log: {witnesses: {every: 1 s, ask: [{at: \"http://127.0.0.1:" + port + "\", keys: [\""
                    + String.join("\", \"", keys()) + "\"]}]}}";
        }
    }

    /** Knows the log by the one key that the core has now. */
    private static Witness witness(Installation ambit) throws Exception {
        String key = Files.readAllLines(ambit.state().resolve("core/core.vkey")).getFirst();
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Running process = ambit.begin(
                "witness",
                "--listen",
                "127.0.0.1:" + port,
                "--key",
                ambit.root().resolve("witness.key").toString(),
                "--name",
                NAME,
                "--log",
                key);
        Await.until(
                "the witness",
                () -> process.out().lines().count() == 2 && process.err().contains("witness at"));
        return new Witness(process, port);
    }

    /** An installation that is up and configured with a witness of its own. */
    private static Witness configured(Installation ambit) throws Exception {
        ambit.up();
        ambit.guest("log({'note': 'before there was a witness'})").exits(0);
        ambit.down();
        Witness witness = witness(ambit);
        ambit.configure(Configuration.usual().section(witness.yaml()));
        ambit.up();
        return witness;
    }

    private static JsonNode status(Installation ambit) throws Exception {
        return ambit.ambit("status", "--json").exits(0).json();
    }

    private static JsonNode known(Installation ambit) throws Exception {
        return status(ambit).get("witnesses").get(0);
    }

    private static void awaitCosigned(Installation ambit) throws Exception {
        long size = status(ambit).get("logSize").asLong();
        Await.until(
                "the witness's word on " + size + " entries",
                () -> known(ambit).get("cosigned").asLong() >= size);
    }

    private static Optional<ProcessHandle> asker(Installation ambit) {
        return Host.processesOf(ambit.mark()).stream()
                .filter(pid -> Host.commandLine(pid).endsWith("log cosign --supervised"))
                .findFirst()
                .flatMap(ProcessHandle::of);
    }

    @Test
    void aKernelWithAWitnessHasItsLogCosignedWhateverBecomesOfTheProcessThatAsks() throws Exception {
        try (Installation ambit = Installation.make(Mode.best())) {
            Witness witness = configured(ambit);
            ambit.guest("log({'note': 'first'}); say(x=1)").exits(0);
            awaitCosigned(ambit);
            assertThat(known(ambit).get("problem").asString()).isEmpty();
            assertThat(ambit.ambit("status").exits(0).out()).contains("  witness  " + NAME + "  cosigned ");
            assertThat(ambit.ambit("log", "verify").exits(0).out()).contains("entries cosigned by " + NAME + " at 20");
            assertStrangersAreConvinced(ambit, witness);

            asker(ambit).orElseThrow().destroyForcibly();
            ambit.guest("log({'note': 'meanwhile'}); say(x=1)").exits(0);
            awaitCosigned(ambit);
            assertThat(ambit.status().get("restarts").asInt()).isZero();

            // The core goes on to another key, and the witness, who was told nothing, with it.
            String key = Files.readString(ambit.state().resolve("core/core.pub"));
            ambit.ambit("keys", "rotate", "core").exits(0);
            assertThat(Files.readString(ambit.state().resolve("core/core.pub"))).isNotEqualTo(key);
            ambit.guest("log({'note': 'by another key'})").exits(0);
            awaitCosigned(ambit);
            ambit.ambit("log", "verify").exits(0);

            // A witness that is away holds up nothing, and is asked again.
            witness.process.signal("KILL");
            ambit.guest("say(x=1)").exits(0);
            Await.until(
                    "its absence", () -> known(ambit).get("problem").asString().contains("no answer from"));
            assertThat(ambit.ambit("log", "verify").exits(0).out()).contains("not cosigned yet");
            ambit.ambit("keys", "rotate", "core").exits(0);
            assertThat(ambit.ambit("log", "verify").exits(0).out()).contains("not cosigned yet");
            Outcome proved = ambit.ambit("log", "prove", "2").exits(0);
            assertThat(proved.err()).contains("lacks a quorum: the witness " + NAME + " has not cosigned");
            ambit.ambit("log", "export", ambit.root().resolve("export").toString())
                    .exits(0);

            ProcessHandle last = asker(ambit).orElseThrow();
            ProcessHandle.of(ambit.pid("supervisor")).orElseThrow().destroyForcibly();
            Await.until("the asker's end with its supervisor", () -> !last.isAlive());
        }
    }

    private static void assertStrangersAreConvinced(Installation ambit, Witness witness) throws Exception {
        Path proof = ambit.root().resolve("entry.tlog-proof");
        Path export = ambit.root().resolve("export");
        ambit.ambit("log", "prove", "2", "-o", proof.toString()).exits(0);
        ambit.ambit("log", "export", export.toString()).exits(0);
        String key = ambit.state().resolve("core/core.vkey").toString();
        for (Path each : List.of(proof, export)) {
            List<String> command = new ArrayList<>(List.of("log", "verify", each.toString(), "--key", key));
            witness.keys().forEach(it -> command.addAll(List.of("--witness-key", it)));
            assertThat(ambit.ambit(command.toArray(String[]::new)).exits(0).out())
                    .contains("cosigned by " + NAME);
        }
    }

    @Test
    void anOlderLogThatWasPutBackAndGrewDifferentlyIsNoticedByTheWitnessAlone() throws Exception {
        try (Installation ambit = Installation.make(Mode.best())) {
            configured(ambit);
            awaitCosigned(ambit);
            ambit.down();
            Path copy = ambit.root().resolve("copy-of-state");
            run("cp", "-a", ambit.state().toString(), copy.toString());
            ambit.up();
            ambit.guest("log({'note': 'what shall not have been'})").exits(0);
            awaitCosigned(ambit);
            ambit.down();

            // All that this machine has of the newer log: who runs the kernel can put back everything.
            run("rm", "-rf", ambit.state().toString());
            run("mv", copy.toString(), ambit.state().toString());
            Files.delete(seen(ambit));
            ambit.up();
            for (int i = 0; i < 3; i++) {
                ambit.guest("log({'note': 'another story'})").exits(0);
            }
            Await.until("the alarm", () -> known(ambit).get("anotherLog").asBoolean());
            String alarm = "the witness " + NAME + " knows another log than this one";
            assertThat(ambit.ambit("status").exits(0).err()).contains("ambit: error: " + alarm);
            assertThat(ambit.kernelLog()).contains("cosigning: ambit: error: " + alarm);
            assertThat(ambit.guest("say(x=1)").exits(0).err()).contains("ambit: error: " + alarm);
            assertThat(ambit.ambit("log", "verify").exits(1).err()).contains("the log is not intact: " + alarm);

            // The control: without a witness all is well with it.
            ambit.configure(Configuration.usual());
            assertThat(ambit.ambit("log", "verify").exits(0).out()).contains("the log is intact");
            assertThat(ambit.guest("say(x=1)").exits(0).err()).doesNotContain(NAME);
            assertThat(status(ambit).get("witnesses").isEmpty()).isTrue();
        }
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** The file in which this machine remembers the newest checkpoint of this kernel's log, outside of its state. */
    private static Path seen(Installation ambit) throws IOException {
        String tenant = Files.readString(ambit.state().resolve("keys/tenant.pub"));
        byte[] both = (ambit.state() + "\n" + tenant).getBytes(StandardCharsets.UTF_8);
        String name = Blob.of(both).sha256().toHex() + ".checkpoint";
        return List.of(
                        Path.of("/var/lib/ambit"),
                        ambit.root().resolve(".local/state/ambit"),
                        ambit.state().resolveSibling(".ambit-seen"))
                .stream()
                .map(it -> it.resolve(name))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
    }
}
