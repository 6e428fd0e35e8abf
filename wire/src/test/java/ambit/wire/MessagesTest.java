package ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private static final Blob ID = Blob.fromHex("11".repeat(16));
    private static final Blob HASH = Blob.fromHex("22".repeat(32));
    private static final Blob BYTES = Blob.fromHex("0102030405");
    private static final List<Verdict> VERDICTS =
            List.of(Verdict.committed("a/b", 7), Verdict.dropped("c", Denial.QUOTA));
    private static final CoreToBroker.Admitted ADMITTED = new CoreToBroker.Admitted(
            ID,
            "t-1",
            "agent",
            List.of(new CoreToBroker.Bound(ID, "git.git_log", CoreToBroker.Bound.TOOL, "mcp", -1, "{}", true)),
            List.of(new CoreToBroker.Mapped("", 0), new CoreToBroker.Mapped("user/notes/", 3)),
            5,
            6,
            7,
            BYTES);

    private interface Parser<T> {
        T parse(Cbor cbor) throws MalformedException;
    }

    @Test
    void everyMessageOfBrokerAndCoreSurvivesTheWire() throws Exception {
        survive(
                BrokerToCore.class,
                BrokerToCore::fromCbor,
                new BrokerToCore.Admit(BYTES, HASH, Blob.EMPTY),
                new BrokerToCore.Decide(ID, Syscall.TOOL_CALL, ID, BYTES),
                new BrokerToCore.Decide(ID, Syscall.MEMORY_READ, Blob.EMPTY, BYTES),
                new BrokerToCore.Spawn(ID, ID, Blob.EMPTY, BYTES),
                new BrokerToCore.LogEvent(ID, BYTES),
                new BrokerToCore.EndContext(ID, End.CRASHED, -9, HASH),
                new BrokerToCore.Poll(),
                new BrokerToCore.Report(ID, BYTES),
                new BrokerToCore.Handles(ID));
        survive(
                CoreToBroker.class,
                CoreToBroker::fromCbor,
                ADMITTED,
                new CoreToBroker.Permitted(BYTES, "mcp", 3, 9, 4),
                new CoreToBroker.ChildResult(ID, 2, 5, BYTES),
                new CoreToBroker.Logged(3, 6, BYTES),
                new CoreToBroker.Ended(VERDICTS, 7),
                new CoreToBroker.ToKill(List.of(ID)),
                new CoreToBroker.Denied(Denial.EXPIRED, "late", -1),
                new CoreToBroker.Pending(HASH, 60_000, 8),
                new CoreToBroker.Listed(BYTES, 9, BYTES));
    }

    @Test
    void everyMessageOfDriversAndCoreSurvivesTheWire() throws Exception {
        survive(
                DriverToCore.class,
                DriverToCore::fromCbor,
                new DriverToCore.Hello(DriverToCore.Hello.CONTROL, HASH, List.of("mcp", "memory")),
                new DriverToCore.Outcome(BYTES),
                new DriverToCore.Ok(),
                new DriverToCore.Verdicts(VERDICTS),
                new DriverToCore.Keys(List.of(HASH)),
                new DriverToCore.Forgotten(1, 2, 3),
                new DriverToCore.Committed(true),
                new DriverToCore.Failed(Denial.DRIVER_FAILED, "broken"),
                new DriverToCore.Shredded("t", 3, "why"));
        survive(
                CoreToDriver.class,
                CoreToDriver::fromCbor,
                new CoreToDriver.Welcome(HASH, 7),
                new CoreToDriver.Recorded(BYTES, 8),
                new CoreToDriver.Denied(Denial.REPLAYED, "again"),
                new CoreToDriver.MapContext(
                        ID,
                        "t",
                        "acme",
                        HASH,
                        HASH,
                        "notes",
                        HASH,
                        List.of(new CoreToDriver.MapEntry("user/notes/", HASH, HASH, 1, "", 1 << 20, List.of()))),
                new CoreToDriver.Keys(List.of(new CoreToDriver.Offer(HASH, HASH))),
                new CoreToDriver.Forget("acme", HASH, "t"),
                new CoreToDriver.CommitContext(ID),
                new CoreToDriver.DropContext(ID),
                new CoreToDriver.WasCommitted("t"));
    }

    @Test
    void everyMessageOfBrokerAndDriversSurvivesTheWire() throws Exception {
        survive(BrokerToDriver.class, BrokerToDriver::fromCbor, new BrokerToDriver.Execute(BYTES, HASH));
        survive(
                DriverToBroker.class,
                DriverToBroker::fromCbor,
                new DriverToBroker.Chunk(BYTES),
                new DriverToBroker.Done(200, BYTES, HASH),
                new DriverToBroker.Failed(Denial.TIMED_OUT, "slow", Blob.EMPTY));
    }

    @Test
    void everyMessageOfTheCommandSurvivesTheWire() throws Exception {
        survive(
                AdminToCore.class,
                AdminToCore::fromCbor,
                new AdminToCore.Status(),
                new AdminToCore.Register("acme", HASH),
                new AdminToCore.Revoke(BYTES),
                new AdminToCore.Stop("t", "why"),
                new AdminToCore.Checkpoint(),
                new AdminToCore.AddKey("acme", HASH, BYTES),
                new AdminToCore.RotateCore(),
                new AdminToCore.Approvals(),
                new AdminToCore.Answer(BYTES),
                new AdminToCore.Forget(BYTES),
                new AdminToCore.ReadBody("acme", "t", Blob.EMPTY, "root"));
        survive(
                CoreToAdmin.class,
                CoreToAdmin::fromCbor,
                new CoreToAdmin.CoreStatus(HASH, 1, 2, List.of("mcp"), List.of("t")),
                new CoreToAdmin.Registered(3, 1),
                new CoreToAdmin.Revoked(4, 5),
                new CoreToAdmin.Stopped(6),
                new CoreToAdmin.Checkpointed("ambit\n1\n"),
                new CoreToAdmin.Denied(Denial.UNKNOWN_TENANT, "who"),
                new CoreToAdmin.Rotated(HASH, 7),
                new CoreToAdmin.Asked(HASH, List.of(new CoreToAdmin.Case(BYTES, List.of(HASH), List.of()))),
                new CoreToAdmin.Answered(8, 1),
                new CoreToAdmin.Forgotten(1, 2, 3, 4),
                new CoreToAdmin.BodyKey(HASH, 8));
        survive(
                AdminToDrivers.class,
                AdminToDrivers::fromCbor,
                new AdminToDrivers.Discover("git"),
                new AdminToDrivers.FindBody("t", ID, BodyKind.RESULT, HASH),
                new AdminToDrivers.Shred("t", "acme", 1, "why"));
        survive(
                DriversToAdmin.class,
                DriversToAdmin::fromCbor,
                new DriversToAdmin.Discovered("[]"),
                new DriversToAdmin.Failed(Denial.UNKNOWN_TOOL, "no"),
                new DriversToAdmin.Body(BodyState.KEPT, HASH, 2, 3, BYTES),
                new DriversToAdmin.Shredded(1, 2));
        survive(
                FrontRequest.class,
                FrontRequest::fromCbor,
                new FrontRequest.Run(BYTES, BYTES, BYTES),
                new FrontRequest.Stdin(BYTES),
                new FrontRequest.StdinEnd(),
                new FrontRequest.Kill(),
                new FrontRequest.Status(),
                new FrontRequest.Attend(BYTES, BYTES, BYTES),
                new FrontRequest.Call(7, Syscall.MEMORY_READ, "", BYTES),
                new FrontRequest.EndAttended(true));
        survive(
                FrontEvent.class,
                FrontEvent::fromCbor,
                new FrontEvent.Started(ADMITTED),
                new FrontEvent.Called("a", Syscall.LOG, "x", Optional.empty(), "", 1, -1, 2, "{}"),
                new FrontEvent.Called("a", Syscall.TOOL_CALL, "x", Optional.of(Denial.CONSTRAINT), "s", 1, 0, 2, ""),
                new FrontEvent.Stdout(BYTES),
                new FrontEvent.Stderr(BYTES),
                new FrontEvent.Finished(End.SUCCESS, 0, VERDICTS, 9, 3),
                new FrontEvent.Refused(Denial.BOUNDARY_REFUSED, "no seccomp", "boundary"),
                new FrontEvent.Live(List.of(new FrontEvent.Transaction("t", "a", 1, 2, 3))),
                new FrontEvent.Waiting("a", "bank.pay", HASH, 60_000, 8),
                new FrontEvent.Piece(7, BYTES),
                new FrontEvent.Answered(7, 200, BYTES, HASH),
                new FrontEvent.Failed(7, Denial.NOT_MAPPED, "not here"));
    }

    @Test
    void anAgentSpecHasOneSpelling() throws Exception {
        AgentSpec.Limit limit = new AgentSpec.Limit(1, 2, 3, 4, 5, 6, 7);
        AgentSpec child = new AgentSpec(
                "child", List.of("sh"), new TreeMap<>(), "/", List.of(), limit, new TreeMap<>(), new TreeMap<>());
        AgentSpec spec = new AgentSpec(
                "main",
                List.of("python3", "/agent/main.py"),
                new TreeMap<>(Map.of("A", "1")),
                "/agent",
                List.of(new AgentSpec.Mount("/agent", 0)),
                limit,
                new TreeMap<>(Map.of("git.git_log", "{}")),
                new TreeMap<>(Map.of("child", child)));
        assertThat(AgentSpec.parse(spec.toBlob())).isEqualTo(spec);
        assertThat(AgentSpec.parse(spec.toBlob()).toBlob()).isEqualTo(spec.toBlob());
    }

    @Test
    void aDataKeyIsNeverPrinted() {
        assertThat(new CoreToDriver.MapEntry("m", HASH, HASH, 3, "", 1, List.of()).toString())
                .doesNotContain("22");
    }

    @Test
    void denialsHaveUniqueNumbersAndOneSentenceEach() throws Exception {
        for (Denial denial : Denial.values()) {
            assertThat(Denial.of(denial.number())).isEqualTo(denial);
            assertThat(denial.sentence()).matches("[^.\n]+");
        }
        assertThatThrownBy(() -> Denial.of(0)).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> Denial.of((1L << 32) + 1)).isInstanceOf(MalformedException.class);
    }

    /** Each message comes back equal; each with a field less, a field more or another tag is refused or is another one. */
    @SafeVarargs
    private static <T extends Cbor.Message> void survive(Class<T> type, Parser<T> parser, T... messages)
            throws MalformedException {
        List<Class<?>> seen = new ArrayList<>();
        for (T message : messages) {
            Cbor cbor = Cbor.decode(Cbor.encode(message.toCbor()));
            assertThat(parser.parse(cbor)).isEqualTo(message);
            List<Cbor> fields = ((Cbor.Array) cbor).items();
            List<Cbor> more = new ArrayList<>(fields);
            more.add(Cbor.of(0));
            refused(parser, new Cbor.Array(more));
            refused(parser, new Cbor.Array(fields.subList(0, fields.size() - 1)));
            seen.add(message.getClass());
        }
        refused(parser, Cbor.array(0));
        refused(parser, Cbor.array(99));
        refused(parser, Cbor.record());
        assertThat(seen).as("messages of " + type.getSimpleName()).containsAll(messageTypes(type));
    }

    private static List<Class<?>> messageTypes(Class<?> type) {
        return Arrays.asList(type.getPermittedSubclasses());
    }

    private static <T> void refused(Parser<T> parser, Cbor cbor) {
        assertThatThrownBy(() -> parser.parse(cbor)).isInstanceOf(MalformedException.class);
    }
}
