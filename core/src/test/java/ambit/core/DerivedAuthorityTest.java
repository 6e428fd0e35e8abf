package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Arguments;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Less;
import ambit.authority.Permit;
import ambit.authority.Receipt;
import ambit.decision.Received;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The constraint {@code from}: an argument that must be what a tool's result said. */
class DerivedAuthorityTest {
    private static final String FIELD = "bills/*/iban";
    private static final int READ = 0;
    private static final int PAY = 1;
    private static final int HELPER = 2;

    @TempDir
    private Path directory;

    private World world;

    @BeforeEach
    void start() {
        world = new World(directory.resolve("log"));
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private static Cap tool(String name, Constraint... constraints) {
        return new Cap(name, Bound.TOOL, "files", 7, -1, List.of(constraints), constraints.length == 0, Blob.EMPTY);
    }

    private static Constraint from(String source, int times) {
        return new Constraint(
                "to",
                Constraint.Kind.FROM,
                times == 0 ? List.of(Cbor.of(source)) : List.of(Cbor.of(source), Cbor.of(times)),
                false);
    }

    private Admitted begin(int times) {
        return world.begin(
                tool("bills.read"), tool("bank.pay", from("bills.read#" + FIELD, times)), World.child("helper", 9));
    }

    private CoreToBroker pay(Admitted context, String to) {
        return world.call(context, World.handle(context, PAY), "{\"to\":\"" + to + "\"}");
    }

    private void refused(CoreToBroker reply) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Denied.class, it -> assertThat(it.code()).isEqualTo(Denial.CONSTRAINT));
    }

    private static void allowed(CoreToBroker reply) {
        assertThat(reply).isInstanceOf(Permitted.class);
    }

    private Permit read(Admitted context) {
        return World.permit(world.call(context, World.handle(context, READ), "{}"));
    }

    /** The drivers report what the result says in a field. */
    private CoreToDriver report(Permit permit, int status, String field, String... values) {
        List<Blob> digests = Stream.of(values)
                .map(value -> Arguments.digest(new Json.Str(value)))
                .toList();
        return world.outcome(new Receipt(
                permit.id(),
                permit.paramsDigest(),
                Blob.EMPTY.sha256(),
                status,
                world.now,
                0,
                List.of(),
                List.of(new Receipt.Field(field, digests)),
                Blob.EMPTY));
    }

    private void receive(Admitted context, String... values) {
        assertThat(report(read(context), 0, FIELD, values)).isInstanceOf(CoreToDriver.Recorded.class);
    }

    private Admitted spawn(Admitted parent, String... sources) {
        CoreToBroker reply =
                world.spawn(parent, HELPER, new Less(Blob.EMPTY, List.of(), List.of(), List.of(sources)).toBlob());
        assertThat(reply).isInstanceOf(Admitted.class);
        return (Admitted) reply;
    }

    @Test
    void onlyWhatTheNamedToolReturnedCanBeActedOn() {
        Admitted context = begin(0);
        refused(pay(context, "DE1"));
        receive(context, "DE1", "DE2");
        allowed(pay(context, "DE1"));
        allowed(pay(context, "DE2"));
        allowed(pay(context, "DE1"));
        refused(pay(context, "DE3"));
        refused(pay(context, "de1"));
        refused(world.call(context, World.handle(context, PAY), "{\"to\":1}"));
    }

    @Test
    void thePermitAsksForTheFieldsAndTheLogNamesTheOutcomeThatGaveTheValue() {
        Admitted context = begin(0);
        Permit permit = read(context);
        assertThat(permit.fields()).containsExactly(FIELD);
        report(permit, 0, FIELD, "DE1");
        Permit payment = World.permit(pay(context, "DE1"));
        assertThat(payment.fields()).isEmpty();
        List<Entry> log = world.log();
        Entry.Allowed last = (Entry.Allowed) log.getLast();
        assertThat(last.origins()).hasSize(1);
        assertThat(log.get(last.origins().getFirst().intValue())).isInstanceOf(Entry.Outcome.class);
    }

    @Test
    void anotherContextReceivedNothing() {
        Admitted context = begin(0);
        Admitted other = begin(0);
        receive(context, "DE1");
        refused(pay(other, "DE1"));
    }

    @Test
    void whatWasNotAskedForOrDidNotSucceedGivesNothing() {
        Admitted context = begin(0);
        report(read(context), 0, "other/field", "DE1");
        report(read(context), Denial.DRIVER_FAILED.number(), FIELD, "DE1");
        Permit payment = World.permit(world.call(context, World.handle(context, READ), "{}"));
        report(payment, 0, FIELD, "DE9");
        report(payment, 0, FIELD, "DE1");
        refused(pay(context, "DE1"));
        allowed(pay(context, "DE9"));
    }

    @Test
    void onceIsOnceHoweverOftenItIsReadAgainAndByWhomeverItIsReceived() {
        Admitted context = begin(1);
        receive(context, "DE1");
        allowed(pay(context, "DE1"));
        refused(pay(context, "DE1"));
        receive(context, "DE1");
        refused(pay(context, "DE1"));
        Admitted child = spawn(context);
        receive(child, "DE1");
        refused(pay(child, "DE1"));
        receive(child, "DE2");
        allowed(pay(child, "DE2"));
        receive(context, "DE2");
        refused(pay(context, "DE2"));
    }

    @Test
    void childrenGetOnlyWhatIsDelegated() {
        Admitted parent = begin(2);
        receive(parent, "DE1");
        refused(pay(spawn(parent), "DE1"));
        refused(pay(spawn(parent, "bills.read#other"), "DE1"));
        Admitted child = spawn(parent, "bills.read#" + FIELD);
        allowed(pay(child, "DE1"));
        receive(parent, "DE2");
        refused(pay(child, "DE2"));
        allowed(pay(parent, "DE1"));
        refused(pay(child, "DE1"));
    }

    @Test
    void aRefusedCallSpendsNoValue() {
        Admitted context = begin(1);
        receive(context, "DE1");
        CoreToBroker unnamed = world.call(context, World.handle(context, PAY), "{\"to\":\"DE1\",\"extra\":\"DE1\"}");
        assertThat(unnamed)
                .isInstanceOfSatisfying(
                        Denied.class, it -> assertThat(it.code()).isEqualTo(Denial.ARGUMENT_NOT_NAMED));
        allowed(pay(context, "DE1"));
    }

    @Test
    void whatIsBeyondTheBoundIsNotRemembered() {
        Admitted context = begin(0);
        List<String> values = new ArrayList<>();
        for (int i = 0; i <= Received.CAPACITY; i++) {
            values.add("v" + i);
        }
        for (int i = 0; i < values.size(); i += 1000) {
            receive(
                    context,
                    values.subList(i, Math.min(values.size(), i + 1000)).toArray(String[]::new));
        }
        allowed(pay(context, "v" + (Received.CAPACITY - 1)));
        refused(pay(context, "v" + Received.CAPACITY));
    }

    @Test
    void callsAtOnceActOnAValueAsOftenAsItSaysInAll() throws Exception {
        Admitted context = begin(3);
        Admitted child = spawn(context);
        receive(context, "DE1");
        receive(child, "DE1");
        AtomicInteger allowed = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (Admitted one : List.of(context, child, context, child)) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 25; i++) {
                    if (pay(one, "DE1") instanceof Permitted) {
                        allowed.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(allowed).hasValue(3);
    }

    @Test
    void nothingIsReceivedAfterARestart() {
        Blob grant = world.signed(world.grant(tool("bills.read"), tool("bank.pay", from("bills.read#" + FIELD, 0))));
        receive(world.begin(grant), "DE1");
        world.restart();
        refused(pay(world.begin(grant), "DE1"));
    }
}
