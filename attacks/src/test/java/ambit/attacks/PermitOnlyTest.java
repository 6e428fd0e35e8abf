package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import ambit.attacks.Protocol.Admission;
import ambit.authority.Permit;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Cose;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.DriverToBroker.Failed;
import ambit.wire.Syscall;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A driver acts on a permit and on nothing else. Here a hostile program sits in the broker's place: it has the broker's uid and
 * sockets, and an honest admission to start from.
 */
final class PermitOnlyTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.usual();

    private static final String NAME = "{\"name\": \"%s\"}";

    @SuppressWarnings("NullAway.Init")
    private Protocol core;

    @SuppressWarnings("NullAway.Init")
    private Admitted context;

    @BeforeAll
    static void grants() throws Exception {
        KERNEL.guest("say(x=1)").exits(0);
        KERNEL.get().guest("bob", "probe", "say(x=1)").exits(0);
    }

    @BeforeEach
    void connect() throws Exception {
        core = Protocol.toCore(KERNEL.get());
        context = admitted(core, "alice");
    }

    @AfterEach
    void close() {
        core.close();
    }

    private static Admitted admitted(Protocol core, String principal) throws Exception {
        return (Admitted)
                core.ask(Admission.of(KERNEL.get(), principal, "probe").signed());
    }

    private Permitted permit(String params) throws Exception {
        return (Permitted) core.decide(context.context(), Protocol.handle(context, "exact.effect"), params);
    }

    private static DriverToBroker execute(Blob permit, String params) throws Exception {
        return Protocol.execute(KERNEL.get(), permit, Protocol.utf8(params));
    }

    private static void assertRefused(DriverToBroker answer, Denial... codes) {
        assertThat(answer)
                .asInstanceOf(type(Failed.class))
                .extracting(Failed::code)
                .isIn((Object[]) codes);
    }

    @Test
    void aPermitWorksOnceAndNotAgain() throws Exception {
        String params = NAME.formatted("once");
        Permitted permitted = permit(params);
        assertThat(execute(permitted.permit(), params)).isInstanceOf(Done.class);
        assertRefused(execute(permitted.permit(), params), Denial.REPLAYED);
        assertRefused(execute(permitted.permit(), params), Denial.REPLAYED);
        assertThat(KERNEL.get().effects("once")).isEqualTo(1);
    }

    @Test
    void aPermitIsForTheExactBytesThatWereDecided() throws Exception {
        Permitted permitted = permit(NAME.formatted("decided"));
        for (String other : new String[] {
            NAME.formatted("swapped"), "{\"name\":\"decided\"}", NAME.formatted("decided") + " ", "", "{}"
        }) {
            assertThat(execute(permitted.permit(), other)).as(other).isInstanceOf(Failed.class);
        }
        assertThat(KERNEL.get().effects("swapped")).isZero();
        assertThat(KERNEL.get().effects("decided")).isZero();
    }

    @Test
    void aPermitThatWasForgedOrChangedIsRefused() throws Exception {
        String params = NAME.formatted("forged");
        Blob honest = permit(params).permit();
        Permit payload = Permit.parse(Cose.parse(honest).payload());
        SigningKey mallory = SigningKey.generate();
        assertRefused(
                execute(Signed.sign(Cose.Domain.PERMIT, mallory, payload.toBlob()), params), Denial.BAD_SIGNATURE);
        Cose cose = Cose.parse(honest);
        Cose stolen = Cose.parse(Signed.sign(Cose.Domain.PERMIT, mallory, payload.toBlob()));
        assertRefused(
                execute(new Cose(cose.kid(), cose.payload(), stolen.signature()).toBlob(), params),
                Denial.BAD_SIGNATURE);
        // A true signature of the core, over something else.
        Permitted second = permit(NAME.formatted("other"));
        Cose other = Cose.parse(second.permit());
        assertRefused(
                execute(new Cose(cose.kid(), cose.payload(), other.signature()).toBlob(), params),
                Denial.BAD_SIGNATURE);
        for (int at = 0; at < honest.size(); at += 17) {
            assertRefused(execute(Protocol.flipped(honest, at), params), Denial.BAD_SIGNATURE, Denial.MALFORMED);
        }
        assertThat(KERNEL.get().effects("forged")).isZero();
        // The control: unaltered, the same sequence works.
        assertThat(execute(honest, params)).isInstanceOf(Done.class);
        assertThat(KERNEL.get().effects("forged")).isEqualTo(1);
    }

    @Test
    void aPermitForAnotherDriverOrSyscallDoesNotBecomeOneForThis() throws Exception {
        String read = "{\"key\": \"user/notes/x\"}";
        Permitted memory = (Permitted) core.memory(context.context(), Syscall.MEMORY_READ, read);
        Permit payload = Permit.parse(Cose.parse(memory.permit()).payload());
        assertThat(payload.driver()).isEqualTo("memory");
        // With the bytes of a tool's call it is not for these bytes; with its own bytes it only reads.
        assertThat(execute(memory.permit(), NAME.formatted("cross"))).isInstanceOf(Failed.class);
        assertThat(execute(memory.permit(), read)).isInstanceOf(Done.class);
        assertThat(KERNEL.get().effects("cross")).isZero();
    }

    @Test
    void whatIsNoPermitAtAllIsRefusedAndTheDriversGoOn() throws Exception {
        for (Blob junk : new Blob[] {
            Blob.fromHex("00"), Blob.fromHex("80"), Blob.of(new byte[4096]), Protocol.utf8("{}"), Protocol.fresh()
        }) {
            try {
                assertThat(execute(junk, "{}")).isInstanceOf(Failed.class);
            } catch (java.io.IOException e) {
                // Closing the connection is as good an answer.
                assertThat(e).isNotNull();
            }
        }
        assertThat(execute(permit(NAME.formatted("goes on")).permit(), NAME.formatted("goes on")))
                .isInstanceOf(Done.class);
    }

    @Test
    void anotherContextsHandleIsUnknownAndAnUnknownContextHasEnded() throws Exception {
        Admitted bob = admitted(core, "bob");
        Blob bobs = Protocol.handle(bob, "exact.effect");
        assertDenied(core.decide(context.context(), bobs, NAME.formatted("handle")), Denial.UNKNOWN_HANDLE);
        assertDenied(core.decide(Protocol.fresh(), bobs, NAME.formatted("handle")), Denial.CONTEXT_ENDED);
        assertThat(core.decide(bob.context(), bobs, NAME.formatted("handle"))).isInstanceOf(Permitted.class);
    }

    @Test
    void aRequestWorksOnceAndOnlySignedByTheGrantsHolder() throws Exception {
        Installation ambit = KERNEL.get();
        Admission honest = Admission.of(ambit, "alice", "probe");
        BrokerToCore.Admit admit = honest.signed();
        assertDenied(core.ask(honest.signedBy(SigningKey.generate())), Denial.BAD_SIGNATURE);
        assertDenied(
                core.ask(honest.signedBy(Admission.of(ambit, "bob", "probe").holder())), Denial.BAD_SIGNATURE);
        Blob otherSpec = Admission.of(ambit, "alice", "probe").spec().sha256();
        assertDenied(
                core.ask(new BrokerToCore.Admit(admit.grant(), admit.request(), otherSpec)),
                Denial.MALFORMED,
                Denial.BAD_SIGNATURE);
        for (int at = 3; at < admit.request().size(); at += 29) {
            assertDenied(
                    core.ask(new BrokerToCore.Admit(
                            admit.grant(), Protocol.flipped(admit.request(), at), admit.agentSpec())),
                    Denial.BAD_SIGNATURE,
                    Denial.MALFORMED);
        }
        for (int at = 3; at < admit.grant().size(); at += 97) {
            assertDenied(
                    core.ask(new BrokerToCore.Admit(
                            Protocol.flipped(admit.grant(), at), admit.request(), admit.agentSpec())),
                    Denial.BAD_SIGNATURE,
                    Denial.MALFORMED,
                    Denial.UNKNOWN_TENANT);
        }
        assertThat(core.ask(admit)).isInstanceOf(Admitted.class);
        assertDenied(core.ask(admit), Denial.REPLAYED);
    }

    @Test
    void aRequestOfOneGrantDoesNotContinueAnother() throws Exception {
        Installation ambit = KERNEL.get();
        BrokerToCore.Admit alice = Admission.of(ambit, "alice", "probe").signed();
        BrokerToCore.Admit bob = Admission.of(ambit, "bob", "probe").signed();
        assertDenied(
                core.ask(new BrokerToCore.Admit(bob.grant(), alice.request(), alice.agentSpec())),
                Denial.BAD_SIGNATURE,
                Denial.UNKNOWN_GRANT);
    }

    @Test
    void aGrantSignedByAnybodyButTheTenantIsOfNoTenant() throws Exception {
        Installation ambit = KERNEL.get();
        Admission honest = Admission.of(ambit, "alice", "probe");
        SigningKey mallory = SigningKey.generate();
        Blob payload = Cose.parse(honest.grant()).payload();
        Blob forged = Signed.sign(Cose.Domain.GRANT, mallory, payload);
        BrokerToCore.Admit admit =
                new BrokerToCore.Admit(forged, honest.signed().request(), honest.spec());
        assertDenied(core.ask(admit), Denial.UNKNOWN_TENANT);
        Cose own = Cose.parse(forged);
        Blob lying = new Cose(Cose.parse(honest.grant()).kid(), own.payload(), own.signature()).toBlob();
        assertDenied(
                core.ask(new BrokerToCore.Admit(lying, honest.signed().request(), honest.spec())),
                Denial.BAD_SIGNATURE);
        // The same artifact in another domain is not a grant either.
        Blob domain = Signed.sign(Cose.Domain.REQUEST, mallory, payload);
        assertDenied(
                core.ask(new BrokerToCore.Admit(domain, honest.signed().request(), honest.spec())),
                Denial.UNKNOWN_TENANT,
                Denial.BAD_SIGNATURE);
    }

    @Test
    void aKeyOutsideOfTheMapGetsNoPermit() throws Exception {
        String[] keys = {"user/other/x", "inherited/x", "user/bob/notes/x", "user", "user/", "user/notes", "inherited"};
        for (String key : keys) {
            String params = "{\"key\": \"%s\"}".formatted(key);
            assertDenied(
                    core.memory(context.context(), Syscall.MEMORY_READ, params), Denial.NOT_MAPPED, Denial.MALFORMED);
        }
        // The control, and what a driver makes of a key that was not the decided one.
        Permitted permitted =
                (Permitted) core.memory(context.context(), Syscall.MEMORY_READ, "{\"key\": \"user/notes/x\"}");
        assertThat(execute(permitted.permit(), "{\"key\": \"user/other/x\"}")).isInstanceOf(Failed.class);
    }

    @Test
    void aContextThatEndedGetsNothingAndItsPermitsAreWorthless() throws Exception {
        String params = NAME.formatted("too late");
        Permitted before = permit(params);
        core.ask(new BrokerToCore.EndContext(context.context(), ambit.wire.End.SUCCESS, 0, Blob.EMPTY));
        assertDenied(
                core.decide(context.context(), Protocol.handle(context, "exact.effect"), params), Denial.CONTEXT_ENDED);
        assertThat(execute(before.permit(), params)).isInstanceOf(Failed.class);
        assertThat(KERNEL.get().effects("too late")).isZero();
    }

    private static void assertDenied(Object answer, Denial... codes) {
        assertThat(answer)
                .asInstanceOf(type(Denied.class))
                .extracting(Denied::code)
                .isIn((Object[]) codes);
    }
}
