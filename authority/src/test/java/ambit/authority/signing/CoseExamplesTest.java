package ambit.authority.signing;

import static ambit.authority.signing.OthersVectors.hex;
import static ambit.authority.signing.OthersVectors.list;
import static ambit.authority.signing.OthersVectors.read;
import static ambit.authority.signing.OthersVectors.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.security.Provider;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The EdDSA examples of the COSE working group. Their signatures are over the bytes that this encoder writes and verify here; their
 * messages are refused, since Ambit's profile is narrower: untagged COSE_Sign1, one algorithm, the signer's key in the protected header and
 * nothing unprotected.
 */
class CoseExamplesTest {
    /** Protected headers: {1: -8, 3: 0}, {3: 0}, {1: -8}. */
    private static final Blob ALGORITHM_AND_TYPE = Blob.fromHex("a201270300");

    private static final Blob TYPE = Blob.fromHex("a10300");
    private static final Blob ALGORITHM = Blob.fromHex("a10127");
    private static final Blob CONTENT = Blob.of("This is the content.".getBytes(UTF_8));

    static Stream<Provider> providers() throws ReflectiveOperationException {
        return OthersVectors.providers();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void theSign1ExampleVerifiesOverOurSigStructure(Provider provider) throws Exception {
        Json example = read("cose/eddsa-sig-01.json");
        byte[] signed = Cbor.encode(Cbor.array("Signature1", ALGORITHM_AND_TYPE, Blob.EMPTY, CONTENT));
        assertSigned(provider, signed, hex(example, "intermediates", "ToBeSign_hex"), example, "sign0");
    }

    @ParameterizedTest
    @MethodSource("providers")
    void theSignExampleVerifiesOverOurEncodingOfItsSigStructure(Provider provider) throws Exception {
        Json example = read("cose/eddsa-01.json");
        byte[] signed = Cbor.encode(Cbor.array("Signature", TYPE, ALGORITHM, Blob.EMPTY, CONTENT));
        Json signer = list(example, "input", "sign", "signers").getFirst();
        Blob toBeSigned = hex(list(example, "intermediates", "signers").getFirst(), "ToBeSign_hex");
        assertSigned(provider, signed, toBeSigned, example, signer);
    }

    private static void assertSigned(Provider provider, byte[] signed, Blob toBeSigned, Json example, String input)
            throws Exception {
        assertSigned(provider, signed, toBeSigned, example, OthersVectors.get(example, "input", input));
    }

    private static void assertSigned(Provider provider, byte[] signed, Blob toBeSigned, Json example, Json signer)
            throws Exception {
        assertThat(Blob.of(signed)).isEqualTo(toBeSigned);
        Blob key = hex(signer, "key", "x_hex");
        String message = hex(example, "output", "cbor").toHex();
        byte[] signature =
                Blob.fromHex(message.substring(message.length() - 128)).toArray();
        assertThat(OthersVectors.accepts(provider, key, signed, signature)).isTrue();
        // Ed25519 is deterministic: the example's private key makes the example's signature.
        SigningKey own = SigningKey.ofSeed(hex(signer, "key", "d_hex").toArray());
        assertThat(own.publicKey()).isEqualTo(key);
        assertThat(Signed.signNote(own, signed)).isEqualTo(signature);
        signed[signed.length - 1] ^= 1;
        assertThat(OthersVectors.accepts(provider, key, signed, signature)).isFalse();
    }

    /** Tag 18 or 98 and its array, in the order of what is wrong with them. */
    @ParameterizedTest
    @CsvSource({"eddsa-sig-01, d2", "eddsa-sig-02, d2", "eddsa-01, d862", "eddsa-02, d862"})
    void theMessagesAreRefusedWithAndWithoutTheirTag(String file, String tag) throws Exception {
        String message = hex(read("cose/" + file + ".json"), "output", "cbor").toHex();
        assertThat(message).startsWith(tag);
        assertThatThrownBy(() -> Cose.parse(Blob.fromHex(message)))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("tags");
        assertThatThrownBy(() -> Cose.parse(Blob.fromHex(message.substring(tag.length()))))
                .isInstanceOf(MalformedException.class)
                .hasMessageNotContaining("tags");
    }

    /** Ed448 has longer keys and signatures; neither provider is ever asked. */
    @ParameterizedTest
    @MethodSource("providers")
    void theEd448ExampleVerifiesNothing(Provider provider) throws Exception {
        Json example = read("cose/eddsa-sig-02.json");
        Blob key = hex(example, "input", "sign0", "key", "x_hex");
        assertThat(key.size()).isEqualTo(57);
        String message = text(example, "output", "cbor");
        byte[] signature = Blob.fromHex(
                        message.toLowerCase(java.util.Locale.ROOT).substring(message.length() - 228))
                .toArray();
        byte[] signed = hex(example, "intermediates", "ToBeSign_hex").toArray();
        assertThat(OthersVectors.accepts(provider, key, signed, signature)).isFalse();
        assertThatThrownBy(() -> PublicKeys.requireSound(key)).isInstanceOf(MalformedException.class);
    }

    /** What the example says, said in Ambit's profile. */
    @org.junit.jupiter.api.Test
    void theExamplesKeyAndContentAreAcceptedInOurProfile() throws Exception {
        Json example = read("cose/eddsa-sig-01.json");
        SigningKey key =
                SigningKey.ofSeed(hex(example, "input", "sign0", "key", "d_hex").toArray());
        Blob cose = Signed.sign(Domain.GRANT, key, CONTENT);
        assertThat(Signed.verify(Domain.GRANT, key.publicKey(), cose)).isEqualTo(CONTENT);
    }
}
