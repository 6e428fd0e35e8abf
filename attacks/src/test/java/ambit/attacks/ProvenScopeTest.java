package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.attacks.Protocol.Admission;
import ambit.authority.Proof;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.signing.Signed;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Cose;
import ambit.wire.DriverToBroker.Done;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every reply carries a proof that binds it to its context and call. */
final class ProvenScopeTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.usual();

    private static Blob coreKey() throws Exception {
        return PublicKeyFile.read(KERNEL.get().state().resolve("core/core.pub"));
    }

    @Test
    void everyAnswerToAGuestCarriesAProofThatTheCoreSigned() throws Exception {
        JsonNode said = KERNEL.guest("""
                        h = handle("exact.echo")
                        say(proofs=[call(h, {"text": t})["proof"] for t in ("one", "two", "one")])
                        """).exits(0).said();
        long last = -1;
        for (JsonNode each : said.get("proofs")) {
            Blob cose = Blob.of(Base64.getDecoder().decode(each.asString()));
            Proof proof = Proof.parse(Signed.verify(Cose.Domain.PROOF, coreKey(), cose));
            assertThat(proof.status()).isZero();
            assertThat(proof.sequence()).isGreaterThan(last);
            last = proof.sequence();
            assertThat(proof.paramsDigest())
                    .isIn(
                            Protocol.utf8("{\"text\": \"one\"}").sha256(),
                            Protocol.utf8("{\"text\": \"two\"}").sha256());
        }
    }

    /** What the door shows is what is proved, byte for byte; and no proof of one is a proof of another. */
    @Test
    void whatAContextHoldsAndWhichChildItWasGivenIsProvedToIt() throws Exception {
        JsonNode said = KERNEL.guest("""
                        import json, os
                        spawn = json.dumps({"input": "import os; print(os.environ['AMBIT_CONTEXT'])", "handle": handle("agent.child")})
                        listed = [request("GET", "/syscall/handles")[2].decode() for _ in range(2)]
                        begun = [request("POST", "/syscall/spawn_child", spawn.encode())[2].decode() for _ in range(2)]
                        names = [json.loads(each)["handle"] for each in begun]
                        say(context=os.environ["AMBIT_CONTEXT"], asked=["", spawn], answers=[listed, begun], results=[call(each, {}) for each in names])
                        """).exits(0).said();
        Set<Long> sequences = new HashSet<>();
        for (int kind = 0; kind < 2; kind++) {
            Blob asked = Protocol.utf8(said.get("asked").get(kind).asString());
            for (JsonNode each : said.get("answers").get(kind)) {
                String answer = each.asString();
                String exact = answer.replaceAll("(?s)^\\{\"ok\":true,\"[a-z]+\":(.*),\"proof\":\"[^\"]*\"}$", "$1");
                String proof = answer.replaceAll("(?s)^.*,\"proof\":\"([^\"]*)\"}$", "$1");
                Proof it = Proof.parse(Signed.verify(
                        Cose.Domain.PROOF,
                        coreKey(),
                        Blob.of(Base64.getDecoder().decode(proof))));
                assertThat(it.context().toHex()).isEqualTo(said.get("context").asString());
                assertThat(it.paramsDigest()).isEqualTo(asked.sha256());
                assertThat(it.resultDigest()).isEqualTo(Protocol.utf8(exact).sha256());
                assertThat(it.status()).isZero();
                assertThat(sequences.add(it.sequence())).isTrue();
            }
        }
        // The child that was named is the one that ran.
        for (int i = 0; i < 2; i++) {
            JsonNode begun =
                    new JsonMapper().readTree(said.get("answers").get(1).get(i).asString());
            assertThat(said.get("results").get(i).toString())
                    .contains(begun.get("handle").asString());
        }
    }

    @Test
    void theSameCallOfTwoContextsHasProofsThatDoNotFitEachOther() throws Exception {
        Installation ambit = KERNEL.get();
        KERNEL.guest("say(x=1)").exits(0);
        try (Protocol core = Protocol.toCore(ambit)) {
            String params = "{\"text\": \"same\"}";
            Proof[] proofs = new Proof[2];
            Blob[] contexts = new Blob[2];
            for (int i = 0; i < 2; i++) {
                Admitted admitted = (Admitted)
                        core.ask(Admission.of(ambit, "alice", "probe").signed());
                contexts[i] = admitted.context();
                Permitted permitted =
                        (Permitted) core.decide(admitted.context(), Protocol.handle(admitted, "exact.echo"), params);
                Done done = (Done) Protocol.execute(ambit, permitted.permit(), Protocol.utf8(params));
                proofs[i] = Proof.parse(Signed.verify(Cose.Domain.PROOF, coreKey(), done.proof()));
                assertThat(proofs[i].context()).isEqualTo(contexts[i]);
                assertThat(proofs[i].transaction()).isEqualTo(admitted.transaction());
                assertThat(proofs[i].sequence()).isEqualTo(permitted.sequence());
            }
            assertThat(proofs[0].paramsDigest()).isEqualTo(proofs[1].paramsDigest());
            assertThat(proofs[0].resultDigest()).isEqualTo(proofs[1].resultDigest());
            assertThat(proofs[0].context()).isNotEqualTo(proofs[1].context());
        }
    }
}
