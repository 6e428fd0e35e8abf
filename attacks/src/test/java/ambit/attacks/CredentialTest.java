package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** A credential is where it is used and nowhere else: not in a guest, not in an answer, not in a file, not in the broker. */
final class CredentialTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual().agent("probe", """
            may-use:
              model.chat: {where: any}
              exact.credential: {where: any}
              exact.leak: {where: {how: any}}
              exact.fail: {where: any}
            """));

    @Test
    void theServerHasItsCredentialAndCannotPassItOn() throws Exception {
        Outcome outcome = KERNEL.guest("""
                        say(
                            digest=text(tool("exact.credential")),
                            returned=tool("exact.leak", how="result"),
                            error=tool("exact.leak", how="error"),
                            stderr=tool("exact.leak", how="stderr"),
                            mcp=Mcp().call("leak", how="result"),
                            model=chat("hello")["choices"][0]["message"]["content"],
                        )
                        """).exits(0);
        JsonNode said = outcome.said();
        // The controls: the server had the credential, and did try to give it away.
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(Installation.EXACT_KEY.getBytes(StandardCharsets.UTF_8));
        assertThat(said.get("digest").asString()).isEqualTo(HexFormat.of().formatHex(digest));
        assertThat(said.get("returned").toString()).contains("the key is");
        assertThat(said.get("error").toString()).contains("wrong key");
        assertThat(said.get("model").asString()).isEqualTo("hello");
        assertThat(outcome.out() + outcome.err())
                .doesNotContain(Installation.EXACT_KEY)
                .doesNotContain(Installation.MODEL_KEY);
        assertNoFileHasIt();
    }

    @Test
    void ofTheKernelsProcessesOnlyTheDriversHaveIt() throws Exception {
        Installation ambit = KERNEL.get();
        KERNEL.guest("say(digest=text(tool('exact.credential')))").exits(0);
        boolean drivers = false;
        for (String process : List.of("core", "broker", "drivers")) {
            List<ProcessHandle> all = ProcessHandle.of(ambit.pid(process)).stream()
                    .flatMap(handle -> Stream.concat(Stream.of(handle), handle.descendants()))
                    .toList();
            assertThat(all).isNotEmpty();
            for (ProcessHandle handle : all) {
                String seen = Host.proc(handle.pid(), "environ") + Host.proc(handle.pid(), "cmdline");
                boolean has = seen.contains(Installation.EXACT_KEY) || seen.contains(Installation.MODEL_KEY);
                assertThat(has && !process.equals("drivers"))
                        .as("%s: %s", process, seen)
                        .isFalse();
                assertThat(Host.proc(handle.pid(), "cmdline")).doesNotContain("canary-");
                drivers |= has;
            }
        }
        // The control: where it is used, it is found by the same look.
        assertThat(drivers).isTrue();
    }

    private static void assertNoFileHasIt() throws Exception {
        Installation ambit = KERNEL.get();
        for (Path place : List.of(ambit.state(), ambit.runtime(), ambit.root())) {
            try (Stream<Path> files = Files.walk(place)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                    assertThat(text.contains(Installation.EXACT_KEY) || text.contains(Installation.MODEL_KEY))
                            .as("the credential in %s", file)
                            .isFalse();
                }
            }
        }
    }
}
