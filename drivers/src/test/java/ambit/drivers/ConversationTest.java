package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.drivers.StatefulProvider.Attack;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Chunk;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.DriverToBroker.Failed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Against a provider that keeps everything and gives it to whoever names it. */
@Timeout(60)
class ConversationTest {
    private static final String KEY = "sk-shared-by-all";
    private static final String CANARY = "canary-7f3a";
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final List<Blob> chunks = new CopyOnWriteArrayList<>();
    private StatefulProvider provider;
    private Kernel kernel;

    @BeforeEach
    void open() throws Exception {
        provider = StatefulProvider.start(directory, KEY);
        kernel = kernel(false, Set.of());
    }

    @AfterEach
    void close() {
        kernel.close();
        provider.close();
    }

    private Kernel kernel(boolean tenantCache, Set<String> passes) throws IOException, DriverFailure {
        Credential credential = Credential.read("env:KEY", Map.of("KEY", KEY));
        CallLimits limits = new CallLimits(LONG, LONG, LONG, LONG, 1 << 20);
        ModelPolicy policy = new ModelPolicy("llm", provider.endpoint(), tenantCache, passes);
        ModelPolicy other = new ModelPolicy("llm2", provider.endpoint(), tenantCache, passes);
        return new Kernel(
                directory,
                Map.of(
                        "llm", new PermitCheck.Tool("openai", new ModelTool(policy, Optional.of(credential), limits)),
                        "llm2", new PermitCheck.Tool("openai", new ModelTool(other, Optional.of(credential), limits))));
    }

    private DriverToBroker ask(Blob context, String capability, String params) {
        chunks.clear();
        return kernel.calls.execute(
                kernel.order(context, capability, params).driver("openai").request(),
                reply -> {
                    if (reply instanceof Chunk(Blob bytes)) {
                        chunks.add(bytes);
                    }
                },
                new Cancellation());
    }

    private JsonNode respond(Blob context, String params) {
        DriverToBroker reply = ask(context, "llm.responses", params);
        assertThat(reply).isInstanceOf(Done.class);
        return StatefulProvider.JSON.readTree(text(((Done) reply).result()));
    }

    /** All that the guest gets to see. */
    private String told(DriverToBroker reply) {
        return streamed()
                + switch (reply) {
                    case Done done -> text(done.result());
                    case Failed failed -> failed.sentence();
                    case Chunk _ -> "";
                };
    }

    private String streamed() {
        StringBuilder all = new StringBuilder();
        chunks.forEach(chunk -> all.append(text(chunk)));
        return all.toString();
    }

    private static String text(Blob bytes) {
        return new String(bytes.toArray(), StandardCharsets.UTF_8);
    }

    private static String said(JsonNode response) {
        JsonNode last = response.get("output").get(response.get("output").size() - 1);
        return last.get("content").get(0).get("text").asString();
    }

    private JsonNode lastRequest() throws Exception {
        JsonNode all = provider.requests();
        return all.get(all.size() - 1).get("body");
    }

    private void assertRefused(DriverToBroker reply, String... words) {
        assertThat(reply).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo(Denial.CONSTRAINT);
            assertThat(failed.sentence()).contains(words);
        });
    }

    private void assertNothingIsKept() throws Exception {
        provider.state().get("kept").forEach(kind -> assertThat(kind).isEmpty());
    }

    @Test
    void whatAnyoneWithTheKeyCanNameAtTheProviderNoContextCan() throws Exception {
        int through = 0;
        int controls = 0;
        StatefulProvider.Names names = provider.plant(CANARY, "support");
        for (Attack template : StatefulProvider.attacks()) {
            Attack attack = names.fill(template);
            assertThat(attack.succeeded(provider.directly(attack, KEY).toString(), CANARY))
                    .as("the control of: " + attack)
                    .isTrue();
            controls++;
            // what the control left in caches is another's words too
            if (!attack.method().equals("POST")
                    || attack.to().indexOf('/') != attack.to().lastIndexOf('/')) {
                continue;
            }
            String operation = attack.to().equals("responses") ? "llm.responses" : "llm.chat";
            DriverToBroker reply = ask(kernel.context(), operation, attack.body());
            if (attack.succeeded(told(reply), CANARY)) {
                through++;
            }
            assertThat(attack.succeeded(told(reply), CANARY))
                    .as(attack + ": " + reply)
                    .isFalse();
        }
        assertThat(through).isZero();
        assertThat(controls).isGreaterThan(50);
    }

    @Test
    void aResponseIsContinuedByTheContextsOwnNameAndTheProviderKeepsNothing() throws Exception {
        Blob context = kernel.context();
        JsonNode first = respond(context, "{\"model\":\"m\",\"input\":\"one\"}");
        JsonNode second = respond(
                context, "{\"model\":\"m\",\"input\":\"two\",\"previous_response_id\":" + first.get("id") + "}");
        JsonNode third = respond(
                context,
                "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"three\"}],\"previous_response_id\":"
                        + second.get("id") + "}");
        assertThat(said(third))
                .isEqualTo("I was told: one | I was told: one | two | I was told: one | I was told: one | two | three");
        assertThat(third.get("previous_response_id")).isEqualTo(second.get("id"));
        // two ways to go on from the first
        assertThat(said(respond(
                        context,
                        "{\"model\":\"m\",\"input\":\"other\",\"previous_response_id\":" + first.get("id") + "}")))
                .isEqualTo("I was told: one | I was told: one | other");
        assertNothingIsKept();
        assertThat(lastRequest().get("store").asBoolean()).isFalse();
        assertThat(lastRequest().has("previous_response_id")).isFalse();
    }

    @Test
    void noIdOfTheProvidersReachesTheGuestNorOneOfTheGuestsTheProvider() throws Exception {
        Blob context = kernel.context();
        JsonNode first = respond(context, "{\"input\":\"one\",\"reasoning\":{\"effort\":\"low\"}}");
        respond(context, "{\"input\":\"two\",\"stream\":false,\"previous_response_id\":" + first.get("id") + "}");
        String sent = provider.requests().toString();
        assertThat(sent).doesNotContainPattern("(resp|msg|rs|sealed)_[0-9a-f]{24}");
        // the provider's have 24 digits, the context's own 48
        assertThat(first.toString()).doesNotContainPattern("(resp|msg|rs)_[0-9a-f]{24}\"");
        assertThat(first.get("id").asString()).matches("resp_[0-9a-f]{48}");
        assertThat(first.get("output").get(0).get("id").asString()).matches("rs_[0-9a-f]{48}");
    }

    @Test
    void aStreamIsContinuedToo() throws Exception {
        Blob context = kernel.context();
        DriverToBroker reply = ask(context, "llm.responses", "{\"input\":\"one\",\"stream\":true}");
        assertThat(reply).isInstanceOf(Done.class);
        String events = streamed();
        List<String> ids = Pattern.compile("resp_[0-9a-f]+")
                .matcher(events)
                .results()
                .map(m -> m.group())
                .distinct()
                .toList();
        List<String> items = Pattern.compile("msg_[0-9a-f]+")
                .matcher(events)
                .results()
                .map(m -> m.group())
                .distinct()
                .toList();
        assertThat(ids).singleElement().asString().hasSize(5 + 48);
        assertThat(items).singleElement().asString().hasSize(4 + 48);
        assertThat(events)
                .startsWith("event: response.created\ndata: {")
                .contains("event: response.completed\n")
                .doesNotContain("\nid:");
        JsonNode second = respond(context, "{\"input\":\"two\",\"previous_response_id\":\"" + ids.getFirst() + "\"}");
        assertThat(said(second)).isEqualTo("I was told: one | I was told: one | two");
        assertNothingIsKept();
    }

    @Test
    void namesOfAnotherContextOfAnotherToolAndOfAnEndedContextSayNothing() throws Exception {
        Blob victim = kernel.context();
        Blob attacker = kernel.context();
        JsonNode secret = respond(victim, "{\"input\":\"" + CANARY + "\",\"reasoning\":{\"effort\":\"low\"}}");
        String next = "{\"input\":\"go on\",\"previous_response_id\":" + secret.get("id") + "}";
        String item = "{\"input\":[{\"type\":\"item_reference\",\"id\":"
                + secret.get("output").get(1).get("id") + "}]}";
        String sealed = "{\"input\":[" + secret.get("output").get(0) + "]}";
        assertThat(sealed).contains("encrypted_content\":\"sealed_");
        for (String attack : List.of(next, item, sealed)) {
            // the control: to whom the name was given, it says something
            assertThat(told(ask(victim, "llm.responses", attack))).contains(CANARY);
            assertRefused(ask(attacker, "llm.responses", attack), "names nothing that this transaction was given");
            assertRefused(ask(victim, "llm2.responses", attack), "names nothing that this transaction was given");
        }
        kernel.contexts.drop(victim);
        assertThat(ask(victim, "llm.responses", next))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.code()).isEqualTo(Denial.CONTEXT_ENDED));
        assertRefused(ask(kernel.context(), "llm.responses", next), "names nothing that this transaction was given");
    }

    @Test
    void itemsThatTheGuestSendsBackItselfSayWhatTheySay() throws Exception {
        Blob context = kernel.context();
        JsonNode first = respond(context, "{\"input\":\"one\",\"store\":false,\"reasoning\":{\"effort\":\"low\"}}");
        JsonNode second = respond(
                context,
                "{\"store\":false,\"input\":[" + first.get("output").get(0) + ","
                        + first.get("output").get(1)
                        + ",{\"role\":\"user\",\"content\":\"two\"}]}");
        assertThat(said(second)).isEqualTo("I was told: thought of one | I was told: one | two");
        // what was not to be kept is not
        assertRefused(
                ask(context, "llm.responses", "{\"input\":\"x\",\"previous_response_id\":" + first.get("id") + "}"),
                "previous_response_id");
    }

    @Test
    void reasoningIsCarriedOnWithoutTheGuestSendingIt() throws Exception {
        Blob context = kernel.context();
        JsonNode first = respond(context, "{\"input\":\"one\",\"reasoning\":{\"effort\":\"low\"}}");
        JsonNode second = respond(context, "{\"input\":\"two\",\"previous_response_id\":" + first.get("id") + "}");
        assertThat(said(second)).isEqualTo("I was told: one | thought of one | I was told: one | two");
        JsonNode third = respond(
                context,
                "{\"input\":[{\"type\":\"item_reference\",\"id\":"
                        + first.get("output").get(0).get("id") + "},{\"role\":\"user\",\"content\":\"three\"}]}");
        assertThat(said(third)).isEqualTo("I was told: thought of one | three");
    }

    @Test
    void aProviderThatStoresAllTheSameIsAskedToDeleteAtTheEnd() throws Exception {
        provider.close();
        kernel.close();
        provider = StatefulProvider.start(directory, KEY, "--ignore-store");
        kernel = kernel(false, Set.of());
        Blob context = kernel.context();
        JsonNode first = respond(context, "{\"input\":\"one\"}");
        assertThat(first.get("id").asString()).matches("resp_[0-9a-f]{48}");
        ask(context, "llm.responses", "{\"input\":\"two\",\"stream\":true}");
        assertThat(provider.state().get("kept").get("response")).hasSize(2);
        kernel.contexts.commit(context);
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!provider.state().get("kept").get("response").isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(provider.state().get("kept").get("response")).isEmpty();
        assertThat(provider.state().get("deleted")).hasSize(2);
    }

    @Test
    void aResponseThatCannotBeDeletedIsSaidToBeThere() throws Exception {
        provider.close();
        kernel.close();
        provider = StatefulProvider.start(directory, KEY, "--ignore-store", "--no-delete");
        kernel = kernel(false, Set.of());
        List<String> warnings = new CopyOnWriteArrayList<>();
        Logger log = Logger.getLogger("ambit.drivers");
        Handler handler = new StreamHandler() {
            @Override
            public void publish(LogRecord record) {
                if (record.getLevel().equals(Level.WARNING)) {
                    warnings.add(record.getMessage());
                }
            }
        };
        log.addHandler(handler);
        try {
            Blob context = kernel.context();
            respond(context, "{\"input\":\"one\"}");
            kernel.contexts.commit(context);
            kernel.close(); // waits for the last words
            assertThat(warnings)
                    .singleElement()
                    .asString()
                    .contains("may have stored of transaction tx-" + context.toHex(), "HTTP 403", "delete it there")
                    .doesNotContain(KEY);
        } finally {
            log.removeHandler(handler);
        }
    }

    @Test
    void aProviderThatStoresNothingIsNotAskedTo() throws Exception {
        Blob context = kernel.context();
        respond(context, "{\"input\":\"one\"}");
        kernel.contexts.commit(context);
        kernel.close();
        assertThat(provider.requests()).hasSize(1);
    }

    @Test
    void aServerThatDoesNotKnowTheFieldStoreIsAskedWithout() throws Exception {
        provider.close();
        kernel.close();
        provider = StatefulProvider.start(directory, KEY, "--refuse-store");
        kernel = kernel(false, Set.of());
        Blob context = kernel.context();
        String chat = "{\"messages\":[{\"role\":\"user\",\"content\":\"one\"}]}";
        assertThat(told(ask(context, "llm.chat", chat))).contains("I was told: one");
        assertThat(told(ask(context, "llm.chat", chat))).contains("I was told: one");
        // refused once, then known
        assertThat(provider.requests()).hasSize(3);
        assertThat(lastRequest().has("store")).isFalse();
    }

    @Test
    void namesOfCachesAreDerivedForTheRunOrForTheTenant() throws Exception {
        String ask =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"long prompt\"}],\"prompt_cache_key\":\"support\"}";
        Blob one = kernel.context();
        assertThat(told(ask(one, "llm.chat", ask))).contains("\"cached_tokens\": 0");
        assertThat(told(ask(one, "llm.chat", ask))).contains("\"cached_tokens\": 2");
        assertThat(told(ask(kernel.context(), "llm.chat", ask))).contains("\"cached_tokens\": 0");
        assertThat(provider.requests().toString()).doesNotContain("support");
        kernel.close();
        kernel = kernel(true, Set.of());
        assertThat(told(ask(kernel.context(), "llm.chat", ask))).contains("\"cached_tokens\": 0");
        assertThat(told(ask(kernel.context(), "llm.chat", ask))).contains("\"cached_tokens\": 2");
        Blob foreign = kernel.context("globex");
        assertThat(told(ask(foreign, "llm.chat", ask))).contains("\"cached_tokens\": 0");
    }

    @Test
    void anAnswerRepeatsTheGuestsOwnWords() throws Exception {
        JsonNode answer = respond(
                kernel.context(),
                "{\"input\":\"one\",\"user\":\"u1\",\"prompt_cache_key\":\"k1\",\"metadata\":{\"a\":\"b\"},\"store\":true}");
        assertThat(answer.get("user").asString()).isEqualTo("u1");
        assertThat(answer.get("prompt_cache_key").asString()).isEqualTo("k1");
        assertThat(answer.get("metadata").get("a").asString()).isEqualTo("b");
        assertThat(answer.get("store").asBoolean()).isTrue();
        assertThat(lastRequest().has("metadata")).isFalse();
    }

    @Test
    void aFieldThatNobodyKnowsIsRefusedUnlessTheFileSaysOtherwise() throws Exception {
        Blob context = kernel.context();
        String ask = "{\"messages\":[],\"dry_multiplier\":0.8}";
        assertRefused(ask(context, "llm.chat", ask), "'dry_multiplier'", "is not known to name nothing");
        kernel.close();
        kernel = kernel(false, Set.of("dry_multiplier"));
        assertThat(ask(kernel.context(), "llm.chat", ask)).isInstanceOf(Done.class);
        assertThat(lastRequest().get("dry_multiplier").asDouble()).isEqualTo(0.8);
        // what is known to name state stays refused
        kernel.close();
        kernel = kernel(false, Set.of("thread_id"));
        assertRefused(ask(kernel.context(), "llm.chat", "{\"messages\":[],\"thread_id\":\"t\"}"), "'thread_id'");
    }

    @Test
    void whatAnAnswerHasBesidesIsLeftOutWhereItIsSentBack() throws Exception {
        Blob context = kernel.context();
        String item = "{\"type\":\"message\",\"role\":\"user\",\"new_of_2027\":{\"id\":\"x\"},\"content\":[{"
                + "\"type\":\"input_text\",\"text\":\"one\",\"seen_by\":\"y\"}]}";
        respond(context, "{\"input\":[" + item + "]}");
        assertThat(lastRequest().get("input").toString())
                .isEqualTo(
                        "[{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"one\"}]}]");
        // but what is known to name state is refused
        assertRefused(
                ask(
                        context,
                        "llm.responses",
                        "{\"input\":["
                                + item.replace("input_text", "input_file").replace("seen_by", "file_id") + "]}"),
                "'input.content.");
    }

    @Test
    void aConversationThatIsTooLongEndsWithASentence() throws Exception {
        Blob context = kernel.context();
        String input = "{\"input\":\"" + "x".repeat(400_000) + "\"}";
        DriverToBroker last = ask(context, "llm.responses", input);
        for (int i = 0; i < 30 && last instanceof Done; i++) {
            last = ask(context, "llm.responses", input);
        }
        assertThat(last).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo(Denial.TOO_LARGE);
            assertThat(failed.sentence()).contains("16 MiB", "start a new transaction");
        });
        assertThat(ask(kernel.context(), "llm.responses", input)).isInstanceOf(Done.class);
    }

    @Test
    void theTokensOfAResponseAreMetered() throws Exception {
        respond(kernel.context(), "{\"input\":\"one two\"}");
        assertThat(ambit.authority.Receipt.parse(ambit.wire.Cose.parse(kernel.receipts.getFirst())
                                .payload())
                        .meters())
                .contains(
                        new ambit.authority.Receipt.Meter("input-tokens", 2),
                        new ambit.authority.Receipt.Meter("output-tokens", 5));
    }

    @Test
    void reasoningThatOnlyAProviderReadsIsNotCarriedFromOneChatToAnother() throws Exception {
        String details = "[{\"type\":\"reasoning.encrypted\",\"data\":\"of another run\",\"id\":\"rs_1\"},"
                + "{\"type\":\"reasoning.text\",\"text\":\"plain\",\"signature\":\"sealed too\",\"index\":0}]";
        Blob context = kernel.context();
        assertThat(ask(
                        context,
                        "llm.chat",
                        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_details\":" + details
                                + "}]}"))
                .isInstanceOf(Done.class);
        assertThat(lastRequest().toString())
                .contains("plain")
                .doesNotContain("of another run")
                .doesNotContain("rs_1")
                .doesNotContain("sealed too");
    }

    @Test
    void aPictureOnTheModelServersOwnNetworkIsRefusedUnderEachOfItsNames() throws Exception {
        for (String address : new String[] {
            "http://localhost:8000/files/1", "http://0x7f.1/", "http://[::1]/", "http://169.254.169.254/"
        }) {
            assertRefused(
                    ask(
                            kernel.context(),
                            "llm.chat",
                            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
                                    + "{\"url\":\"" + address + "\"}}]}]}"),
                    "image_url");
        }
    }
}
