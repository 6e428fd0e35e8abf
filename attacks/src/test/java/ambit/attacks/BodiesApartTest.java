package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Parameters, results and conversations are kept only where the policy says so, sealed and redacted, and are gone when they are shredded. */
final class BodiesApartTest {
    private static final String EMAIL = "alice.canary@example.com";
    private static final String TOKEN = "AKIA" + "CANARY7890ABCDEF";

    /** What a guest says, and does, of which nothing may be found in any file. */
    private static String program(String canary) {
        return """
                tool("exact.echo", text="%1$s plain")
                tool("exact.echo", text="%1$s to %2$s with %3$s and %4$s")
                chat("%1$s asks %2$s")
                chat_stream("%1$s streams")
                write("note", "%1$s")
                log({"seen": "event-%5$s"})
                """.formatted(canary, EMAIL, TOKEN, Installation.MODEL_KEY, canary.substring(7));
    }

    private static String run(Installation ambit, String program) throws Exception {
        Outcome outcome = ambit.begin("run", "--as", "alice", "--json", "probe", "--", program)
                .finish()
                .exits(0);
        return outcome.json().get("transaction").asString();
    }

    /** The kernel's files that hold this text. */
    private static List<Path> filesWith(Installation ambit, String text) throws Exception {
        List<Path> found = new ArrayList<>();
        for (Path place : List.of(ambit.state(), ambit.runtime())) {
            try (Stream<Path> files = Files.walk(place)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                        found.add(file);
                    }
                }
            }
        }
        return found;
    }

    private static List<JsonNode> bodies(Installation ambit, String id) throws Exception {
        JsonMapper mapper = new JsonMapper();
        return ambit.ambit("log", "body", "--json", id)
                .exits(0)
                .out()
                .lines()
                .map(mapper::readTree)
                .toList();
    }

    private static JsonNode body(List<JsonNode> bodies, String kind, String capability, int which) {
        return bodies.stream()
                .filter(body -> body.get("kind").asString().equals(kind)
                        && body.get("capability").asString().equals(capability))
                .toList()
                .get(which);
    }

    @Test
    void bodiesAreKeptOnlyWhereThePolicySaysSoAndAreGoneFromEveryFileWhenTheyAreShredded() throws Exception {
        try (Installation ambit = Installation.make(Mode.best())) {
            ambit.up();
            nothingIsKeptByDefault(ambit);
            ambit.down();
            ambit.configure(
                    Configuration.usual().section("bodies: {keep: [parameters, results, conversations], for: 30 d}"));
            ambit.up();
            String first = "canary-" + UUID.randomUUID();
            String second = "canary-" + UUID.randomUUID();
            String transaction = run(ambit, program(first));
            String other = run(ambit, program(second));
            keptSealedAndRedacted(ambit, transaction, first);
            ambit.down();
            ambit.up();
            assertThat(body(bodies(ambit, other), "parameters", "exact.echo", 0)
                            .get("body")
                            .asString())
                    .contains(second);
            assertThat(ambit.ambit("log", "verify").exits(0).out()).contains("intact");
            shredded(ambit, transaction, other, second);
            assertThat(ambit.ambit("log", "verify").exits(0).out()).contains("intact");
        }
    }

    private static void nothingIsKeptByDefault(Installation ambit) throws Exception {
        String canary = "canary-" + UUID.randomUUID();
        String transaction = run(ambit, program(canary));
        assertNowhere(ambit, canary);
        assertThat(ambit.state().resolve("drivers/bodies.db")).doesNotExist();
        Outcome none = ambit.ambit("log", "body", transaction).exits(1);
        assertThat(none.out()).contains("parameters of exact.echo: not kept").doesNotContain(canary);
        assertThat(ambit.log().toString()).doesNotContain("bodyRead");
    }

    private static void assertNowhere(Installation ambit, String canary) throws Exception {
        for (String text : List.of(canary, EMAIL, TOKEN, Installation.MODEL_KEY)) {
            assertThat(filesWith(ambit, text)).as(text).isEmpty();
        }
        // The control: what the guest had the log record is found by the same look.
        assertThat(filesWith(ambit, "event-" + canary.substring(7)))
                .containsExactly(ambit.state().resolve("core/log/entries"));
    }

    private static void keptSealedAndRedacted(Installation ambit, String transaction, String canary) throws Exception {
        assertNowhere(ambit, canary);
        assertThat(ambit.state().resolve("drivers/bodies.db")).exists();
        List<JsonNode> bodies = bodies(ambit, transaction);
        assertThat(bodies)
                .allSatisfy(body -> assertThat(
                                body.get("capability").asString().startsWith("memory_")
                                        ? body.get("state").asString().equals("absent")
                                        : body.get("sound").asBoolean())
                        .as("%s", body)
                        .isTrue());
        JsonNode plain = body(bodies, "parameters", "exact.echo", 0);
        assertThat(plain.get("body").asString()).isEqualTo("{\"text\": \"" + canary + " plain\"}");
        assertThat(plain.get("redacted").asInt()).isZero();
        JsonNode redacted = body(bodies, "parameters", "exact.echo", 1);
        assertThat(redacted.get("body").asString())
                .isEqualTo("{\"text\": \"" + canary
                        + " to [redacted:email] with [redacted:secret] and [redacted:credential]\"}");
        assertThat(redacted.get("redacted").asInt()).isEqualTo(3);
        assertThat(body(bodies, "result", "exact.echo", 0).get("body").asString())
                .contains(canary + " plain");
        assertThat(body(bodies, "parameters", "model.chat", 0).get("body").asString())
                .contains(canary + " asks [redacted:email]");
        assertThat(body(bodies, "result", "model.chat", 0).get("body").asString())
                .contains(canary);
        assertThat(body(bodies, "result", "model.chat", 1).get("body").asString())
                .contains("data:");
        // For a person: the digest of what is shown whole, and what of the rest.
        String digest = plain.get("digest").asString();
        assertThat(ambit.ambit("log", "body", digest).exits(0).out()).contains(digest + ", as the log says", canary);
        assertThat(ambit.ambit("log", "body", redacted.get("permit").asString())
                        .exits(0)
                        .out())
                .contains("redacted: 3 places; the whole had SHA-256 "
                        + redacted.get("digest").asString());
        assertThat(ambit.log())
                .filteredOn(entry -> entry.get("kind").asString().equals("bodyRead"))
                .hasSize(3)
                .allSatisfy(
                        entry -> assertThat(entry.get("transaction").asString()).isEqualTo(transaction))
                .anySatisfy(entry -> assertThat(entry.get("digest").asString()).isEqualTo(digest));
        assertNowhere(ambit, canary);
    }

    private static void shredded(Installation ambit, String transaction, String other, String canary) throws Exception {
        Path store = ambit.state().resolve("drivers/bodies.db");
        assertThat(filesWith(ambit, transaction)).contains(store);
        assertThat(ambit.ambit("log", "shred").exits(2).err()).contains("nothing says what to shred");
        assertThat(ambit.ambit("log", "shred", transaction, "--why", "asked by alice")
                        .exits(0)
                        .err())
                .contains("shredded 8 bodies of 1 transaction");
        assertThat(filesWith(ambit, transaction)).contains(ambit.state().resolve("core/log/entries"));
        assertThat(filesWith(ambit, transaction))
                .allSatisfy(file -> assertThat(file.getFileName().toString()).doesNotStartWith("bodies.db"));
        assertThat(ambit.ambit("log", "body", transaction).exits(1).out()).contains("not kept, or shredded");
        assertThat(ambit.log())
                .filteredOn(entry -> entry.get("kind").asString().equals("shredded"))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.get("transaction").asString()).isEqualTo(transaction);
                    assertThat(entry.get("bodies").asInt()).isEqualTo(8);
                    assertThat(entry.get("why").asString()).isEqualTo("asked by alice");
                });
        assertThat(body(bodies(ambit, other), "parameters", "exact.echo", 0)
                        .get("body")
                        .asString())
                .contains(canary);
    }
}
