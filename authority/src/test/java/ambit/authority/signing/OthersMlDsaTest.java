package ambit.authority.signing;

import static ambit.authority.signing.OthersVectors.get;
import static ambit.authority.signing.OthersVectors.hex;
import static ambit.authority.signing.OthersVectors.list;
import static ambit.authority.signing.OthersVectors.read;
import static ambit.authority.signing.OthersVectors.text;
import static ambit.authority.signing.OthersVectors.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.wire.Blob;
import ambit.wire.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The JDK's ML-DSA-44 on Wycheproof's known answers. Ambit's signatures have an empty context: what was signed with another one is refused, and
 * of the vectors that sign, those with one are not Ambit's to make.
 */
class OthersMlDsaTest {
    private static Optional<Blob> optional(Json test, String name) {
        return ((Json.Obj) test).members().containsKey(name) ? Optional.of(hex(test, name)) : Optional.empty();
    }

    private static boolean hasContext(Json test) {
        return optional(test, "ctx").map(it -> it.size() > 0).orElse(false);
    }

    private static String name(Json test) {
        return "Wycheproof " + ((Json.Int) get(test, "tcId")).value() + " " + texts(test, "flags");
    }

    private static boolean valid(Json test) {
        return text(test, "result").equals("valid");
    }

    @Test
    void everyVerdictIsOursExceptThatAContextIsRefused() throws IOException {
        List<String> wrong = new ArrayList<>();
        int accepted = 0;
        int refused = 0;
        for (Json group : list(read("wycheproof/mldsa_44_verify_test.json"), "testGroups")) {
            Blob key = hex(group, "publicKey");
            for (Json test : list(group, "tests")) {
                boolean expected = valid(test) && !hasContext(test);
                if (MlDsaKey.verifies(
                                key,
                                hex(test, "msg").toArray(),
                                hex(test, "sig").toArray())
                        != expected) {
                    wrong.add(name(test));
                }
                accepted += expected ? 1 : 0;
                refused += expected ? 0 : 1;
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(List.of(accepted, refused)).containsExactly(75, 105);
    }

    @Test
    void aSeedHasTheKnownPublicKeyAndMakesTheKnownSignatures() throws IOException {
        int made = 0;
        for (Json group : list(read("wycheproof/mldsa_44_sign_seed_test.json"), "testGroups")) {
            byte[] seed = hex(group, "privateSeed").toArray();
            if (seed.length != MlDsaKey.SEED) {
                assertThatThrownBy(() -> MlDsaKey.ofSeed(seed)).isInstanceOf(IllegalArgumentException.class);
                continue;
            }
            MlDsaKey key = MlDsaKey.ofSeed(seed);
            assertThat(key.publicKey()).isEqualTo(hex(group, "publicKey"));
            for (Json test : list(group, "tests")) {
                Optional<Blob> message = optional(test, "msg");
                if (valid(test) && !hasContext(test) && message.isPresent()) {
                    byte[] hedge = optional(test, "rnd").map(Blob::toArray).orElseGet(() -> new byte[32]);
                    assertThat(Blob.of(key.sign(message.get().toArray(), new SigningKey.Fixed(hedge))))
                            .as(name(test))
                            .isEqualTo(hex(test, "sig"));
                    made++;
                }
            }
        }
        assertThat(made).isEqualTo(71);
    }
}
