package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.wire.AdminToDrivers;
import ambit.wire.Blob;
import ambit.wire.BodyKind;
import ambit.wire.BodyState;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriversToAdmin;
import ambit.wire.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that are kept on a real SQLite file, and shredded from it. */
@Timeout(60)
class BodiesTest {
    private static final long DAY = 86_400_000;
    private static final String CANARY = "canary-7d1f0c55";
    private static final BodiesConfig EVERYTHING =
            new BodiesConfig(BodiesConfig.ALL, 30 * DAY, 64L << 20, List.of("emails"), Map.of(), Map.of(), Map.of());

    @TempDir
    Path directory;

    private final AtomicLong now = new AtomicLong(Kernel.NOW);
    private final List<String> reports = new ArrayList<>();
    private final Blob wrapping = Kernel.random(32);
    private boolean coreRecords = true;
    private Kernel kernel;

    @BeforeEach
    void start() throws Exception {
        start(EVERYTHING);
    }

    private void start(BodiesConfig config) throws IOException, DriverFailure {
        if (kernel != null) {
            kernel.close();
        }
        kernel = new Kernel(directory, Map.of("echo", tool("mcp"), "llm", tool("openai")), this::open, config);
    }

    private Bodies open(BodiesConfig config) {
        InstantSource clock = () -> Instant.ofEpochMilli(now.get());
        return Bodies.open(directory.resolve("bodies.db"), config, List.of(), this::report, clock);
    }

    private void report(String transaction, long bodies, String why) throws DriverFailure {
        if (!coreRecords) {
            throw new DriverFailure(Denial.LOG_UNAVAILABLE, "the log is full");
        }
        reports.add(transaction + " " + bodies + " " + why);
    }

    /** Answers its parameters; what is asked for in pieces goes through the sink, and what shall fail fails. */
    private static PermitCheck.Tool tool(String driver) {
        return new PermitCheck.Tool(driver, (call, sink, _) -> {
            return switch (call.operation()) {
                case "fail" -> throw new DriverFailure(Denial.DRIVER_FAILED, "no");
                case "stream" -> {
                    for (int i = 0; i < 20; i++) {
                        sink.chunk(new byte[Limits.CHUNK]);
                    }
                    yield new Effect.Answer(200, Blob.EMPTY);
                }
                default -> {
                    sink.chunk("first ".getBytes(StandardCharsets.US_ASCII));
                    yield new Effect.Answer(200, call.params());
                }
            };
        });
    }

    @AfterEach
    void stop() {
        kernel.close();
    }

    private Blob context(String transaction) throws DriverFailure {
        return context(transaction, "acme", "notes");
    }

    private Blob context(String transaction, String tenant, String agent) throws DriverFailure {
        Blob context = Kernel.random(16);
        kernel.contexts.map(new CoreToDriver.MapContext(
                context, transaction, tenant, Kernel.PRINCIPAL, Kernel.CHAIN, agent, wrapping, List.of()));
        return context;
    }

    private Kernel.Order call(Blob context, String capability, String text) {
        Kernel.Order order = capability.startsWith("llm.")
                ? kernel.order(context, capability, "{\"text\":\"" + text + "\"}")
                        .driver("openai")
                : kernel.order(context, capability, "{\"text\":\"" + text + "\"}");
        DriverToBroker answer = kernel.execute(order.maxBytes(16 << 20));
        assertThat(answer instanceof DriverToBroker.Done).isEqualTo(!capability.endsWith("fail"));
        return order;
    }

    private DriversToAdmin.Body find(String transaction, Kernel.Order call, BodyKind kind, Blob key)
            throws DriverFailure {
        return (DriversToAdmin.Body) kernel.bodies.find(new AdminToDrivers.FindBody(transaction, call.id(), kind, key));
    }

    private String body(String transaction, Kernel.Order call, BodyKind kind) throws DriverFailure {
        return new String(find(transaction, call, kind, wrapping).bytes().toArray(), StandardCharsets.UTF_8);
    }

    private BodyState state(String transaction, Kernel.Order call, BodyKind kind) throws DriverFailure {
        return find(transaction, call, kind, Blob.EMPTY).state();
    }

    private DriversToAdmin shred(String transaction, String tenant, long olderThanMs) throws DriverFailure {
        return kernel.bodies.shred(new AdminToDrivers.Shred(transaction, tenant, olderThanMs, "asked"));
    }

    private boolean isOnDisk(byte[] needle) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(it -> it.getFileName().toString().startsWith("bodies.db"))
                    .toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                        .contains(new String(needle, StandardCharsets.ISO_8859_1))) {
                    return true;
                }
            }
            return false;
        }
    }

    private boolean isOnDisk(String text) throws IOException {
        return isOnDisk(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsKeptIsWhatWasSentAndCameBackAndNothingOfItIsReadableOnTheDisk() throws Exception {
        Blob context = context("t1");
        Kernel.Order call = call(context, "echo.say", CANARY);
        assertThat(body("t1", call, BodyKind.PARAMETERS)).isEqualTo("{\"text\":\"" + CANARY + "\"}");
        assertThat(body("t1", call, BodyKind.RESULT)).isEqualTo("first {\"text\":\"" + CANARY + "\"}");
        DriversToAdmin.Body result = find("t1", call, BodyKind.RESULT, wrapping);
        assertThat(result.digest()).isEqualTo(result.bytes().sha256());
        assertThat(result.places()).isZero();
        assertThat(isOnDisk(CANARY)).isFalse();
        // The control: what is not encrypted is found by the same look.
        assertThat(isOnDisk("acme")).isTrue();
        Files.writeString(directory.resolve("bodies.db-copy"), CANARY);
        assertThat(isOnDisk(CANARY)).isTrue();
    }

    @Test
    void withoutAPolicyNothingIsKeptAndThereIsNoFile() throws Exception {
        kernel.close();
        Files.delete(directory.resolve("bodies.db"));
        start(BodiesConfig.NONE);
        Kernel.Order call = call(context("t1"), "echo.say", CANARY);
        assertThat(state("t1", call, BodyKind.PARAMETERS)).isEqualTo(BodyState.ABSENT);
        assertThat(directory.resolve("bodies.db")).doesNotExist();
    }

    @Test
    void agentsAndToolsSayWhatCountsForThemAndWhereBothDoWhatBothHave() {
        BodiesConfig config = new BodiesConfig(
                BodiesConfig.PARAMETERS,
                DAY,
                1,
                List.of(),
                Map.of(),
                Map.of("open", (long) BodiesConfig.ALL, "shut", 0L),
                Map.of("hr", 0L, "git", BodiesConfig.RESULTS, "gpt", BodiesConfig.CONVERSATIONS));
        assertThat(config.keeps("a", "mcp", "x", BodyKind.PARAMETERS)).isTrue();
        assertThat(config.keeps("a", "mcp", "x", BodyKind.RESULT)).isFalse();
        assertThat(config.keeps("a", "openai", "m", BodyKind.PARAMETERS)).isFalse();
        assertThat(config.keeps("open", "openai", "m", BodyKind.RESULT)).isTrue();
        assertThat(config.keeps("a", "openai", "gpt", BodyKind.RESULT)).isTrue();
        assertThat(config.keeps("a", "mcp", "git", BodyKind.PARAMETERS)).isFalse();
        assertThat(config.keeps("a", "mcp", "git", BodyKind.RESULT)).isTrue();
        assertThat(config.keeps("open", "mcp", "hr", BodyKind.RESULT)).isFalse();
        assertThat(config.keeps("shut", "mcp", "git", BodyKind.RESULT)).isFalse();
        assertThat(config.keeps("open", "memory", "memory_read", BodyKind.RESULT))
                .isFalse();
    }

    @Test
    void whatIsRedactedIsNowhereAndTheDigestOfTheWholeIsTheLink() throws Exception {
        Kernel.Order call = call(context("t1"), "llm.chat", "to alice@example.com");
        DriversToAdmin.Body kept = find("t1", call, BodyKind.PARAMETERS, wrapping);
        assertThat(body("t1", call, BodyKind.PARAMETERS)).isEqualTo("{\"text\":\"to [redacted:email]\"}");
        assertThat(kept.places()).isEqualTo(1);
        assertThat(kept.digest())
                .isEqualTo(call.params().sha256())
                .isNotEqualTo(kept.bytes().sha256());
    }

    @Test
    void noOtherKeyOpensABodyAndNoOtherPlaceOfIt() throws Exception {
        Kernel.Order call = call(context("t1"), "echo.say", CANARY);
        Kernel.Order other = call(context("t2", "other", "notes"), "echo.say", CANARY);
        assertThat(body("t1", call, BodyKind.RESULT)).contains(CANARY);
        assertThatThrownBy(() -> find("t1", call, BodyKind.RESULT, Kernel.random(32)))
                .isInstanceOf(DriverFailure.class)
                .hasMessageContaining("does not open");
        // The key of one transaction does not name the body of another.
        assertThat(state("t2", call, BodyKind.RESULT)).isEqualTo(BodyState.ABSENT);
        kernel.close();
        for (String change : List.of(
                "UPDATE body_key SET wrapped = (SELECT wrapped FROM body_key WHERE transaction_id = 't2') WHERE"
                        + " transaction_id = 't1'",
                "UPDATE body_key SET tenant = 'other' WHERE transaction_id = 't1'",
                "UPDATE body SET places = 1 WHERE transaction_id = 't1'",
                "UPDATE body SET digest = randomblob(32) WHERE transaction_id = 't1'",
                "UPDATE body SET box = (SELECT box FROM body b WHERE b.transaction_id = 't1' AND b.kind = 1)"
                        + " WHERE transaction_id = 't1' AND kind = 2")) {
            Path copy = Files.createTempDirectory(directory, "copy-");
            Files.copy(directory.resolve("bodies.db"), copy.resolve("bodies.db"));
            try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("bodies.db"));
                    var statement = connection.createStatement()) {
                statement.execute(change);
            }
            try (Bodies bodies = Bodies.open(
                    copy.resolve("bodies.db"), EVERYTHING, List.of(), this::report, InstantSource.system())) {
                assertThatThrownBy(() ->
                                bodies.find(new AdminToDrivers.FindBody("t1", call.id(), BodyKind.RESULT, wrapping)))
                        .as(change)
                        .isInstanceOf(DriverFailure.class);
            }
        }
        start(EVERYTHING);
        assertThat(body("t1", call, BodyKind.RESULT)).contains(CANARY);
        assertThat(other.id()).isNotEqualTo(call.id());
    }

    @Test
    void whatIsShreddedIsInNoFileAnyMoreAndOthersStay() throws Exception {
        Blob context = context("t1");
        Kernel.Order call = call(context, "echo.say", CANARY);
        Kernel.Order child = call(context("t1.1"), "echo.say", "x".repeat(100_000));
        Kernel.Order stays = call(context("t10"), "echo.say", CANARY);
        assertThat(state("t10", stays, BodyKind.RESULT)).isEqualTo(BodyState.KEPT);
        List<byte[]> traces = new ArrayList<>();
        try (BodyStore store = BodyStore.open(directory.resolve("bodies.db"))) {
            traces.add(store.key("t1").orElseThrow().wrapped().toArray());
            traces.add(store.find("t1", call.id(), BodyKind.PARAMETERS)
                    .orElseThrow()
                    .box()
                    .toArray());
            byte[] large = store.find("t1.1", child.id(), BodyKind.RESULT)
                    .orElseThrow()
                    .box()
                    .toArray();
            traces.add(java.util.Arrays.copyOf(large, 64));
            traces.add(java.util.Arrays.copyOfRange(large, large.length - 64, large.length));
        }
        for (byte[] trace : traces) {
            assertThat(isOnDisk(trace)).as("the control").isTrue();
        }
        assertThat(shred("t1", "", 0)).isEqualTo(new DriversToAdmin.Shredded(2, 4));
        for (byte[] trace : traces) {
            assertThat(isOnDisk(trace)).isFalse();
        }
        assertThat(find("t1", call, BodyKind.PARAMETERS, wrapping).state()).isEqualTo(BodyState.ABSENT);
        assertThat(reports).containsExactlyInAnyOrder("t1 2 asked", "t1.1 2 asked");
        assertThat(body("t10", stays, BodyKind.RESULT)).contains(CANARY);
        // It lives on, but nothing more of it is kept.
        Kernel.Order later = call(context, "echo.say", CANARY);
        assertThat(state("t1", later, BodyKind.RESULT)).isEqualTo(BodyState.ABSENT);
        assertThat(shred("t1", "", 0)).isEqualTo(new DriversToAdmin.Shredded(0, 0));
    }

    /** The control of all that looks for a canary: what was not sealed is found, and shredding takes it from the file all the same. */
    @Test
    void whatIsNotSealedIsFoundAndShreddingOverwritesIt() throws Exception {
        kernel.close();
        byte[] plain = (CANARY + "y".repeat(20_000) + "end-" + CANARY).getBytes(StandardCharsets.UTF_8);
        try (BodyStore store = BodyStore.open(directory.resolve("bodies.db"))) {
            store.putKey("t1", new BodyStore.Key("acme", Kernel.PRINCIPAL, Kernel.random(60)), 1, 2);
            Blob digest = Kernel.random(32);
            store.put(
                    "t1",
                    new BodyStore.Row(
                            Kernel.random(16), BodyKind.RESULT, BodyState.KEPT, digest, 1, 0, 1, Blob.of(plain)));
            assertThat(isOnDisk(CANARY)).isTrue();
            assertThat(isOnDisk("end-" + CANARY)).isTrue();
            assertThat(store.shred(new BodyStore.Choice("t1", "", Blob.EMPTY, 1, 2), "why"))
                    .hasSize(1);
            assertThat(isOnDisk(CANARY)).isFalse();
            assertThat(isOnDisk("yyyyyyyy")).isFalse();
        }
    }

    @Test
    void whatTheCoreForgetsIsShreddedAndTheLogHearsOfIt() throws Exception {
        Kernel.Order mine = call(context("t1"), "echo.say", "a");
        Kernel.Order child = call(context("t1.1"), "echo.say", "a");
        Kernel.Order other = call(context("t2"), "echo.say", "a");
        assertThat(state("t2", other, BodyKind.RESULT)).isEqualTo(BodyState.KEPT);
        assertThat(kernel.bodies.forget(new CoreToDriver.Forget("acme", Kernel.random(32), "")))
                .isZero();
        assertThat(kernel.bodies.forget(new CoreToDriver.Forget("acme", Kernel.PRINCIPAL, "t1")))
                .isEqualTo(4);
        assertThat(state("t1", mine, BodyKind.RESULT)).isEqualTo(BodyState.ABSENT);
        assertThat(state("t1.1", child, BodyKind.RESULT)).isEqualTo(BodyState.ABSENT);
        assertThat(state("t2", other, BodyKind.RESULT)).isEqualTo(BodyState.KEPT);
        assertThat(reports).containsExactlyInAnyOrder("t1 2 " + Bodies.FORGOTTEN, "t1.1 2 " + Bodies.FORGOTTEN);
        assertThat(kernel.bodies.forget(new CoreToDriver.Forget("acme", Kernel.PRINCIPAL, "")))
                .isEqualTo(2);
    }

    @Test
    void tenantAndAgeChooseWhatIsShredded() throws Exception {
        Kernel.Order old = call(context("t1", "acme", "notes"), "echo.say", "a");
        Kernel.Order others = call(context("t2", "other", "notes"), "echo.say", "a");
        assertThat(state("t2", others, BodyKind.RESULT)).isEqualTo(BodyState.KEPT);
        now.addAndGet(2 * DAY);
        Kernel.Order young = call(context("t3", "acme", "notes"), "echo.say", "a");
        assertThat(shred("", "acme", DAY)).isEqualTo(new DriversToAdmin.Shredded(1, 2));
        assertThat(state("t1", old, BodyKind.RESULT)).isEqualTo(BodyState.ABSENT);
        assertThat(state("t2", others, BodyKind.RESULT)).isEqualTo(BodyState.KEPT);
        assertThat(state("t3", young, BodyKind.RESULT)).isEqualTo(BodyState.KEPT);
    }

    @Test
    void bodiesEndWithTheirTimeAlsoWhenThePolicyIsGoneAndEarlierWhenItIsShortened() throws Exception {
        Kernel.Order call = call(context("t1"), "echo.say", "a");
        assertThat(state("t1", call, BodyKind.RESULT)).isEqualTo(BodyState.KEPT);
        now.addAndGet(29 * DAY);
        start(BodiesConfig.NONE);
        assertThat(body("t1", call, BodyKind.RESULT)).contains("a");
        now.addAndGet(2 * DAY);
        start(BodiesConfig.NONE);
        assertThat(state("t1", call, BodyKind.RESULT)).isEqualTo(BodyState.ABSENT);
        assertThat(reports).containsExactly("t1 2 " + Bodies.EXPIRED);
        start(EVERYTHING);
        Kernel.Order second = call(context("t2"), "echo.say", "a");
        assertThat(state("t2", second, BodyKind.RESULT)).isEqualTo(BodyState.KEPT);
        now.addAndGet(2 * DAY);
        start(new BodiesConfig(BodiesConfig.ALL, DAY, 64L << 20, List.of(), Map.of(), Map.of(), Map.of()));
        assertThat(state("t2", second, BodyKind.RESULT)).isEqualTo(BodyState.ABSENT);
    }

    @Test
    void aShreddingThatTheLogDoesNotKnowOfIsReportedAgainUntilItDoes() throws Exception {
        call(context("t1"), "echo.say", "a");
        coreRecords = false;
        assertThatThrownBy(() -> shred("t1", "", 0)).isInstanceOf(DriverFailure.class);
        assertThat(reports).isEmpty();
        coreRecords = true;
        start(EVERYTHING);
        assertThat(shred("nothing", "", 0)).isEqualTo(new DriversToAdmin.Shredded(0, 0));
        assertThat(reports).containsExactly("t1 2 asked");
    }

    @Test
    void aFailedCallLeavesItsParametersAndNoResult() throws Exception {
        Kernel.Order call = call(context("t1"), "echo.fail", CANARY);
        assertThat(state("t1", call, BodyKind.PARAMETERS)).isEqualTo(BodyState.KEPT);
        assertThat(state("t1", call, BodyKind.RESULT)).isEqualTo(BodyState.ABSENT);
    }

    @Test
    void aResultThatIsTooLongIsNotKeptAndThatIsKnown() throws Exception {
        Kernel.Order call = call(context("t1"), "llm.stream", CANARY);
        assertThat(state("t1", call, BodyKind.RESULT)).isEqualTo(BodyState.TOO_LARGE);
        assertThat(state("t1", call, BodyKind.PARAMETERS)).isEqualTo(BodyState.KEPT);
    }

    @Test
    void oneTransactionHasOnlyItsPartOfTheRoom() throws Exception {
        start(new BodiesConfig(BodiesConfig.ALL, DAY, 1 << 20, List.of(), Map.of(), Map.of(), Map.of()));
        Blob greedy = context("t1");
        Kernel.Order first = call(greedy, "echo.say", "x".repeat(40_000));
        Kernel.Order second = call(greedy, "echo.say", "x".repeat(40_000));
        Kernel.Order others = call(context("t2"), "echo.say", "x");
        assertThat(state("t1", first, BodyKind.PARAMETERS)).isEqualTo(BodyState.KEPT);
        assertThat(state("t1", second, BodyKind.PARAMETERS)).isEqualTo(BodyState.ABSENT);
        assertThat(state("t2", others, BodyKind.RESULT)).isEqualTo(BodyState.KEPT);
    }

    @Test
    void aFullDiskTakesTheBodiesAndNotTheCalls() throws Exception {
        Blob context = context("t1");
        Kernel.Order before = call(context, "echo.say", "a");
        assertThat(state("t1", before, BodyKind.RESULT)).isEqualTo(BodyState.KEPT);
        kernel.bodies.limitPages(1);
        Kernel.Order full = call(context, "echo.say", "x".repeat(200_000));
        assertThat(state("t1", full, BodyKind.PARAMETERS)).isEqualTo(BodyState.ABSENT);
        kernel.bodies.limitPages(1 << 20);
        Kernel.Order after = call(context, "echo.say", "x".repeat(200_000));
        assertThat(state("t1", after, BodyKind.PARAMETERS)).isEqualTo(BodyState.KEPT);
        assertThat(body("t1", before, BodyKind.RESULT)).contains("a");
    }

    @Test
    void aDamagedStoreIsAComplaintAndTheCallsGoOn() throws Exception {
        kernel.close();
        Files.writeString(directory.resolve("bodies.db"), "not a database at all, and long enough to be looked at");
        start(EVERYTHING);
        assertThat(kernel.bodies.complaints()).singleElement().asString().contains("no bodies are kept", "damaged");
        Kernel.Order call = call(context("t1"), "echo.say", "a");
        assertThat(state("t1", call, BodyKind.RESULT)).isEqualTo(BodyState.ABSENT);
    }

    @Test
    void aPatternMayRepeatItsPartsAsOftenAsPatternsCan() throws Exception {
        start(new BodiesConfig(
                BodiesConfig.ALL,
                DAY,
                1 << 20,
                List.of(),
                Map.of("long", "a(?:[a-z0-9]{0,100}){0,10}z", "longer", "q[a-z]{1,1000}"),
                Map.of(),
                Map.of()));
        assertThat(kernel.bodies.complaints()).isEmpty();
        Kernel.Order call = call(context("t1"), "echo.say", "-abcz-q" + "y".repeat(2_000));
        assertThat(body("t1", call, BodyKind.PARAMETERS))
                .startsWith("{\"text\":\"-[redacted:long]-[redacted:longer]yyy");
    }

    @Test
    void aPatternThatCannotBeUsedKeepsEverythingFromBeingKept() throws Exception {
        start(new BodiesConfig(BodiesConfig.ALL, DAY, 1 << 20, List.of(), Map.of("bad", "(?=a)"), Map.of(), Map.of()));
        assertThat(kernel.bodies.complaints()).singleElement().asString().contains("'bad'");
        Kernel.Order call = call(context("t1"), "echo.say", "a");
        assertThat(state("t1", call, BodyKind.RESULT)).isEqualTo(BodyState.ABSENT);
    }
}
