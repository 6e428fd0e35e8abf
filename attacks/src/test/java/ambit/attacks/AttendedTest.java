package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Request;
import ambit.authority.keyfile.SecretKeyFile;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import ambit.wire.Syscall;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** The command's own transactions: a signed request over a grant like a guest's, and nothing by which it has more than that says. */
final class AttendedTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual().section("""
            memory:
              may: [alice]
              remembers:
                user/notes: read-write
                user/facts: read
                tenant/rules: read-write
            """));

    private static Outcome memory(String... arguments) throws Exception {
        String[] all = new String[arguments.length + 3];
        all[0] = "memory";
        all[1] = arguments[0];
        all[2] = "--as";
        all[3] = "alice";
        System.arraycopy(arguments, 1, all, 4, arguments.length - 1);
        return KERNEL.get().ambit(all);
    }

    private static String noted(String key) throws Exception {
        JsonNode said = KERNEL.guest("say(answer=read('user/notes/" + key + "'))")
                .exits(0)
                .said();
        return String.valueOf(said.get("answer").get("value"));
    }

    /** A connection on which alice attends, as her command would. */
    private static Protocol attending(SigningKey signer, Blob transaction, String... command) throws Exception {
        memory("get", "user/notes/none").exits(1);
        Protocol.Admission grant = Protocol.Admission.of(KERNEL.get(), "alice", "memory");
        AgentSpec spec = new AgentSpec(
                "memory",
                List.of(command),
                new TreeMap<>(),
                "/home/agent",
                List.of(),
                new AgentSpec.Limit(0, 0, 0, 0, 0, 60, 0),
                new TreeMap<>(),
                new TreeMap<>());
        long now = Instant.now().getEpochSecond();
        Request request = new Request(
                grant.grant().sha256(),
                transaction,
                now,
                now + 120,
                "memory",
                spec.toBlob().sha256(),
                Blob.EMPTY,
                List.of(),
                List.of(),
                Blob.EMPTY.sha256());
        Protocol front = Protocol.toFront(KERNEL.get());
        front.send(new FrontRequest.Attend(
                        grant.grant(), Signed.sign(Cose.Domain.REQUEST, signer, request.toBlob()), spec.toBlob())
                .toCbor());
        return front;
    }

    private static SigningKey alice() throws Exception {
        return SecretKeyFile.read(KERNEL.get().state().resolve("keys/alice.key"));
    }

    private static FrontEvent next(Protocol front) throws Exception {
        while (true) {
            FrontEvent event = FrontEvent.fromCbor(front.receive());
            if (!(event instanceof FrontEvent.Called)) {
                return event;
            }
        }
    }

    private static FrontEvent write(Protocol front, String key) throws Exception {
        Blob params = Protocol.utf8("{\"key\":\"" + key + "\",\"value\":1}");
        front.send(new FrontRequest.Call(1, Syscall.MEMORY_WRITE, "", params).toCbor());
        return next(front);
    }

    @Test
    void whatTheCommandWritesAnAgentReadsAndTheOtherWayRound() throws Exception {
        memory("put", "user/notes/colour", "{\"is\": \"blue\"}").exits(0);
        assertThat(noted("colour")).isEqualTo("{\"is\":\"blue\"}");
        KERNEL.guest("write('user/notes/size', [1, 2])").exits(0);
        assertThat(memory("get", "user/notes/size").exits(0).json().toString()).isEqualTo("[1,2]");
        memory("get", "user/notes/nothing").exits(1);
    }

    @Test
    void whatTheSectionDoesNotMapIsRefusedByTheCoreAndOnRecord() throws Exception {
        assertThat(memory("put", "user/facts/x", "1").exits(3).err()).contains("READ_ONLY");
        assertThat(memory("get", "user/diary/x").exits(3).err()).contains("NOT_MAPPED");
        assertThat(memory("get", "inherited/x").exits(3).err()).contains("NOT_MAPPED");
        Outcome bob = KERNEL.get().ambit("memory", "get", "--as", "bob", "user/notes/colour");
        assertThat(bob.exits(3).err()).contains("bob may not use 'ambit memory'");
        assertThat(KERNEL.get().ambit("log", "--denied").exits(0).out()).contains("NOT_MAPPED", "READ_ONLY");
    }

    @Test
    void usersNamespacesAreApartAndTheTenantsIsOne() throws Exception {
        memory("put", "user/notes/mine", "\"alice's\"").exits(0);
        JsonNode bob = KERNEL.get()
                .guest("bob", "probe", "say(answer=read('user/notes/mine'))")
                .exits(0)
                .said();
        assertThat(bob.get("answer").get("value").isNull()).isTrue();
        memory("put", "tenant/rules/tone", "\"kind\"").exits(0);
        assertThat(memory("get", "tenant/rules/tone").exits(0).json().asString())
                .isEqualTo("kind");
    }

    @Test
    void theLogHasItsRequestThatNothingIsAroundItItsCallsAndItsEnd() throws Exception {
        Outcome put = memory("put", "user/notes/logged", "1").exits(0);
        String transaction = put.err().replaceAll("(?s).*ambit why ([0-9a-f]{32}).*", "$1");
        List<JsonNode> entries = KERNEL.get().log().stream()
                .filter(entry -> transaction.equals(entry.path("transaction").asString("")))
                .toList();
        assertThat(entries)
                .extracting(entry -> entry.get("kind").asString())
                .containsExactly("admitted", "boundaryReport", "allowed", "commitIntended", "ended");
        assertThat(entries.get(1).get("report").toString()).contains("\"attended\":true", "\"tier\":\"none\"");
        assertThat(KERNEL.get().ambit("why", transaction).exits(0).out()).contains("alice", "memory");
    }

    @Test
    void whoeverIsGoneBeforeTheEndLeavesNothing() throws Exception {
        try (Protocol front = attending(alice(), Protocol.fresh())) {
            assertThat(next(front)).isInstanceOf(FrontEvent.Started.class);
            assertThat(write(front, "user/notes/gone")).isInstanceOf(FrontEvent.Answered.class);
        }
        Await.until(
                "the end of who was gone",
                () -> KERNEL.get()
                        .ambit("status", "--json")
                        .exits(0)
                        .json()
                        .get("transactions")
                        .isEmpty());
        assertThat(noted("gone")).isEqualTo("null");
        // The control: who ends it well leaves what it wrote.
        try (Protocol front = attending(alice(), Protocol.fresh())) {
            next(front);
            write(front, "user/notes/gone");
            front.send(new FrontRequest.EndAttended(true).toCbor());
            assertThat(next(front)).isInstanceOf(FrontEvent.Finished.class);
        }
        assertThat(noted("gone")).isEqualTo("1");
    }

    @Test
    void nobodyAttendsWithoutTheHoldersWordOrTwiceByOneWord() throws Exception {
        try (Protocol front = attending(SigningKey.generate(), Protocol.fresh())) {
            assertThat(((FrontEvent.Refused) next(front)).code()).isEqualTo(Denial.BAD_SIGNATURE);
        }
        Blob once = Protocol.fresh();
        try (Protocol front = attending(alice(), once)) {
            assertThat(next(front)).isInstanceOf(FrontEvent.Started.class);
        }
        try (Protocol front = attending(alice(), once)) {
            assertThat(((FrontEvent.Refused) next(front)).code()).isEqualTo(Denial.REPLAYED);
        }
        try (Protocol front = attending(alice(), Protocol.fresh(), "/bin/true")) {
            assertThat(((FrontEvent.Refused) next(front)).code()).isEqualTo(Denial.MALFORMED);
        }
    }

    @Test
    void aStopReachesWhoAttends() throws Exception {
        try (Protocol front = attending(alice(), Protocol.fresh())) {
            assertThat(next(front)).isInstanceOf(FrontEvent.Started.class);
            write(front, "user/notes/stopped");
            JsonNode live =
                    KERNEL.get().ambit("status", "--json").exits(0).json().get("transactions");
            KERNEL.get()
                    .ambit("stop", live.get(0).get("transaction").asString())
                    .exits(0);
            assertThat(((FrontEvent.Finished) next(front)).how()).isEqualTo(End.KILLED);
        }
        assertThat(noted("stopped")).isEqualTo("null");
    }
}
