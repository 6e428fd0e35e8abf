package ambit.authority.signing;

import static ambit.authority.signing.OthersVectors.get;
import static ambit.authority.signing.OthersVectors.hex;
import static ambit.authority.signing.OthersVectors.list;
import static ambit.authority.signing.OthersVectors.read;
import static ambit.authority.signing.OthersVectors.text;
import static ambit.authority.signing.OthersVectors.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.security.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rule of formats.md for what a signature is, on the vectors of Wycheproof, ed25519-speccheck and CCTV, under each provider: the
 * key is canonical and not of small order, R is canonical, S is less than L, and [S]B = R + [k]A without the cofactor.
 */
class OthersSignaturesTest {
    /** One vector, and whether Ambit's rule accepts it. */
    private record Case(String name, Blob key, Blob message, Blob signature, boolean accepted) {
        boolean keyIsSound() {
            return OthersVectors.isSound(key);
        }

        boolean acceptedBy(Provider provider) {
            return OthersVectors.accepts(provider, key, message.toArray(), signature.toArray());
        }

        boolean acceptedAlone(Provider provider) {
            return OthersVectors.accepted(provider, key, message.toArray(), signature.toArray());
        }
    }

    static Stream<Provider> providers() throws ReflectiveOperationException {
        return OthersVectors.providers();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void everyVerdictOfWycheproofIsOurs(Provider provider) throws IOException {
        List<Case> cases = wycheproof();
        assertThat(cases).hasSize(151);
        assertThat(cases).filteredOn(Case::accepted).hasSize(88);
        assertVerdicts(provider, cases);
    }

    /**
     * Its table of conditions: 0 and 1 have a key of small order, 10 and 11 one that is not canonical, 4 and 5 hold only with the cofactor,
     * 6 and 7 have S ≥ L, 8 and 9 an R that is not canonical.
     */
    @ParameterizedTest
    @MethodSource("providers")
    void ofSpeccheckOnlyTheMixedPointsThatHoldWithoutTheCofactorAreAccepted(Provider provider) throws IOException {
        List<Case> cases = speccheck();
        assertThat(cases).hasSize(12);
        assertVerdicts(provider, cases);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void ofCctvEverythingIsAcceptedThatHasASoundKeyACanonicalRAndNoResidue(Provider provider) throws IOException {
        List<Case> cases = cctv();
        assertThat(cases).hasSize(914);
        assertThat(cases).filteredOn(Case::accepted).hasSize(86);
        assertVerdicts(provider, cases);
    }

    /** By the way that the core goes, with the provider that it has chosen. */
    @Test
    void whatSignedVerifiesIsWhatTheRuleAccepts() throws IOException {
        List<Case> all = Stream.of(wycheproof(), speccheck(), cctv())
                .flatMap(List::stream)
                .toList();
        assertThat(all)
                .hasSize(1_077)
                .allSatisfy(one -> assertThat(Signed.verifiesNote(
                                one.key(),
                                one.message().toArray(),
                                one.signature().toArray()))
                        .as(one.name())
                        .isEqualTo(one.accepted()));
    }

    /** Also where the vetting of keys would decide: the providers alone agree on every vector. */
    @Test
    void theProvidersAgreeOnEveryVectorAlsoUnderKeysThatAreNotSound() throws Exception {
        List<Case> all = Stream.of(wycheproof(), speccheck(), cctv())
                .flatMap(List::stream)
                .toList();
        for (Provider provider : providers().toList()) {
            assertThat(all)
                    .as(provider.getName())
                    .filteredOn(one -> one.acceptedAlone(provider) != one.acceptedAlone(Signed.JDK))
                    .isEmpty();
        }
    }

    @Test
    void noProviderAcceptsAnyFlippedBitOfASignature() throws Exception {
        SigningKey key = SigningKey.ofSeed(new byte[SigningKey.SEED]);
        Blob message = Blob.of("one message".getBytes(UTF_8));
        byte[] signature = Signed.signNote(key, message.toArray());
        for (Provider provider : providers().toList()) {
            Case good = new Case("good", key.publicKey(), message, Blob.of(signature), true);
            assertThat(good.acceptedBy(provider)).isTrue();
            List<Integer> accepted = IntStream.range(0, 512)
                    .filter(bit -> new Case("bit", key.publicKey(), message, flipped(signature, bit), false)
                            .acceptedBy(provider))
                    .boxed()
                    .toList();
            assertThat(accepted)
                    .as("flipped bits that %s accepts", provider.getName())
                    .isEmpty();
        }
    }

    private static Blob flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return Blob.of(flipped);
    }

    /** What enters by way of a key: no key of small order and no second spelling of a key gets in, all others do. */
    @Test
    void theKeysThatAreRefusedAreThoseOfSmallOrderAndThoseThatAreNotCanonical() throws IOException {
        for (Json vector : ((Json.Arr) read("cctv/ed25519vectors.json")).items()) {
            List<String> flags = texts(vector, "flags");
            boolean bad = flags.contains("low_order_A") || flags.contains("non_canonical_A");
            Case cctv = cctv(vector);
            assertThat(cctv.keyIsSound()).as(cctv.name()).isNotEqualTo(bad);
        }
        assertThat(wycheproof()).allMatch(Case::keyIsSound);
        assertThat(speccheck().stream().map(Case::keyIsSound))
                .containsExactly(false, false, true, true, true, true, true, true, true, true, false, false);
    }

    /** The control: without the vetting of keys both providers accept what they should not. */
    @Test
    void theProvidersAloneWouldAcceptKeysOfSmallOrder() throws Exception {
        Case small = speccheck().getFirst();
        for (Provider provider : providers().toList()) {
            assertThat(small.acceptedAlone(provider)).as(provider.getName()).isTrue();
        }
    }

    /** The same keys in an artifact: not a bad signature but no key at all. */
    @Test
    void anArtifactUnderAKeyThatIsNotSoundIsMalformed() throws IOException {
        Blob payload = Blob.fromHex("a0");
        List<Case> unsound = Stream.concat(speccheck().stream(), cctv().stream())
                .filter(one -> !one.keyIsSound())
                .toList();
        assertThat(unsound).hasSizeGreaterThan(400);
        for (Case one : unsound) {
            Blob cose = new Cose(one.key(), payload, one.signature()).toBlob();
            assertThatThrownBy(() -> Signed.verify(Domain.GRANT, one.key(), cose))
                    .as(one.name())
                    .isInstanceOf(MalformedException.class);
        }
    }

    private static void assertVerdicts(Provider provider, List<Case> cases) {
        List<String> wrong = new ArrayList<>();
        for (Case one : cases) {
            if (one.acceptedBy(provider) != one.accepted()) {
                wrong.add(one.name() + (one.accepted() ? " is refused" : " is accepted"));
            }
        }
        assertThat(wrong).as("verdicts of %s", provider.getName()).isEmpty();
    }

    private static List<Case> wycheproof() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (Json group : list(read("wycheproof/ed25519_test.json"), "testGroups")) {
            Blob key = hex(group, "publicKey", "pk");
            for (Json test : list(group, "tests")) {
                cases.add(new Case(
                        "Wycheproof " + ((Json.Int) get(test, "tcId")).value() + " " + texts(test, "flags"),
                        key,
                        hex(test, "msg"),
                        hex(test, "sig"),
                        text(test, "result").equals("valid")));
            }
        }
        return cases;
    }

    private static List<Case> speccheck() throws IOException {
        List<Json> vectors = ((Json.Arr) read("speccheck/cases.json")).items();
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < vectors.size(); i++) {
            Json vector = vectors.get(i);
            cases.add(new Case(
                    "speccheck " + i,
                    hex(vector, "pub_key"),
                    hex(vector, "message"),
                    hex(vector, "signature"),
                    i == 2 || i == 3));
        }
        return cases;
    }

    private static List<Case> cctv() throws IOException {
        return ((Json.Arr) read("cctv/ed25519vectors.json"))
                .items().stream().map(OthersSignaturesTest::cctv).toList();
    }

    /** Flags of CCTV's README. What is not named here (mixed points, an R of small order) is accepted. */
    private static Case cctv(Json vector) {
        List<String> refused = List.of("low_order_A", "non_canonical_A", "non_canonical_R", "low_order_residue");
        List<String> flags = texts(vector, "flags");
        return new Case(
                "CCTV " + ((Json.Int) get(vector, "number")).value() + " " + flags,
                hex(vector, "key"),
                Blob.of(text(vector, "msg").getBytes(UTF_8)),
                hex(vector, "sig"),
                flags.stream().noneMatch(refused::contains));
    }
}
