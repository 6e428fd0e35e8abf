package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Cap;
import ambit.authority.Delegation;
import ambit.authority.Proof;
import ambit.authority.signing.Signed;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Listed;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.Json;
import ambit.wire.Syscall;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the core says to a guest by itself: what its context holds, and which child it was given. */
class RepliesTest {
    @TempDir
    private Path directory;

    private World world;

    @BeforeEach
    void start() throws Exception {
        world = new World(directory);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private CoreToBroker list(Admitted context) {
        return world.core.answer(new BrokerToCore.Handles(context.context()));
    }

    private CoreToBroker spawn(Admitted parent, int index, String params) {
        return world.core.answer(
                new BrokerToCore.Spawn(parent.context(), World.handle(parent, index), Blob.EMPTY, World.json(params)));
    }

    private Proof proof(Blob bytes) throws Exception {
        return Proof.parse(Signed.verify(Domain.PROOF, world.coreKey.publicKey(), bytes));
    }

    private static Json.Obj listed(String name, Blob handle, String kind, long left) {
        return new Json.Obj(Map.of(
                "name",
                new Json.Str(name),
                "handle",
                new Json.Str(handle.toHex()),
                "kind",
                new Json.Str(kind),
                "usesLeft",
                new Json.Int(left)));
    }

    @Test
    void aListingIsWhatTheContextHoldsNowWhateverItIsCalled() throws Exception {
        String odd = "files.\"\\\u0000\u2028é🦊";
        Admitted context = world.begin(World.tool("files.read", 2, true), World.child("helper", 1), cap(odd));
        world.call(context);
        Listed listed = (Listed) list(context);
        assertThat(Json.parse(listed.listing()))
                .isEqualTo(new Json.Arr(List.of(
                        listed("files.read", World.handle(context, 0), "tool", 1),
                        listed("helper", World.handle(context, 1), "child", 1),
                        listed(odd, World.handle(context, 2), "tool", -1))));
    }

    private static Cap cap(String name) {
        return World.tool(name, -1, true);
    }

    @Test
    void aListingIsProvedToItsContextUnderASequenceOfItsOwn() throws Exception {
        Admitted context = world.begin(World.tool("files.read", 2, true));
        Listed first = (Listed) list(context);
        Listed second = (Listed) list(context);
        assertThat(second.listing()).isEqualTo(first.listing());
        assertThat(second.sequence()).isEqualTo(first.sequence() + 1);
        assertThat(proof(second.proof()))
                .isEqualTo(new Proof(
                        context.context(),
                        second.sequence(),
                        Blob.EMPTY.sha256(),
                        second.listing().sha256(),
                        0,
                        context.logIndex(),
                        context.transaction(),
                        Blob.EMPTY));
        assertThat(((CoreToBroker.Permitted) world.call(context)).sequence()).isEqualTo(second.sequence() + 1);
    }

    @Test
    void aListingUsesNothingAndIsNoEntryOfTheLog() {
        Admitted context = world.begin(World.tool("files.read", 2, true));
        int entries = world.log().size();
        for (int i = 0; i < 100; i++) {
            assertThat(list(context)).isInstanceOf(Listed.class);
        }
        assertThat(world.log()).hasSize(entries);
    }

    @Test
    void whatHasEndedOrNeverWasHoldsNothing() {
        Admitted context = world.begin(World.tool("files.read", 2, true));
        world.end(context, End.SUCCESS);
        assertThat(list(context)).extracting(it -> ((Denied) it).code()).isEqualTo(Denial.CONTEXT_ENDED);
        assertThat(world.core.answer(new BrokerToCore.Handles(World.id())))
                .extracting(it -> ((Denied) it).code())
                .isEqualTo(Denial.CONTEXT_ENDED);
        Admitted stopped = world.begin(World.tool("files.read", 2, true));
        world.admin(new AdminToCore.Stop(stopped.transaction(), "enough"));
        assertThat(list(stopped)).extracting(it -> ((Denied) it).code()).isEqualTo(Denial.CONTEXT_ENDED);
        assertThat((Entry.Denied) world.log().getLast()).satisfies(it -> {
            assertThat(it.syscall()).isEqualTo(Syscall.HANDLES);
            assertThat(it.transaction()).isEqualTo(stopped.transaction());
            assertThat(it.code()).isEqualTo(Denial.CONTEXT_ENDED.number());
        });
    }

    @Test
    void theProofOfABeginningNamesTheChildToItsParentForTheExactRequest() throws Exception {
        Admitted parent = world.begin(World.child("helper", 2));
        String params = "{ \"input\":\"gö\", \"handle\" : \"%s\" }"
                .formatted(World.handle(parent, 0).toHex());
        Admitted child = (Admitted) spawn(parent, 0, params);
        assertThat(proof(child.proof()))
                .isEqualTo(new Proof(
                        parent.context(),
                        child.sequence(),
                        World.json(params).sha256(),
                        World.json("\"" + child.context().toHex() + "\"").sha256(),
                        0,
                        child.logIndex(),
                        parent.transaction(),
                        Blob.EMPTY));
        Entry.Spawned entry = (Entry.Spawned) world.log().get((int) child.logIndex());
        assertThat(entry.context()).isEqualTo(child.context());
        assertThat(Delegation.parse(Cose.parse(entry.delegation()).payload()).input())
                .isEqualTo(World.json("gö").sha256());
    }

    @Test
    void aChildIsBegunByTheHandleThatItsGuestSaidAndNoOther() {
        Admitted parent = world.begin(World.child("helper", 2), World.child("another", 2));
        String first = World.handle(parent, 0).toHex();
        String second = World.handle(parent, 1).toHex();
        for (String params : List.of(
                "{\"handle\":\"" + second + "\"}",
                "{\"handle\":\"" + first.toUpperCase(java.util.Locale.ROOT) + " \"}",
                "{\"handle\":\"" + first + "\",\"input\":1}",
                "{\"handle\":\"" + first + "\",\"handle\":\"" + first + "\"}",
                "{\"input\":\"go\"}",
                "[]",
                "")) {
            assertThat(spawn(parent, 0, params))
                    .as(params)
                    .extracting(it -> ((Denied) it).code())
                    .isEqualTo(Denial.MALFORMED);
        }
        assertThat(spawn(parent, 0, "{\"handle\":\"" + first + "\"}")).isInstanceOf(Admitted.class);
    }

    @Test
    void whatARequestBeginsIsNobodysChild() {
        Admitted context = world.begin(World.child("helper", 2));
        assertThat(context.sequence()).isZero();
        assertThat(context.proof()).isEqualTo(Blob.EMPTY);
    }
}
