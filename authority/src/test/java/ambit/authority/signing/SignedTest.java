package ambit.authority.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignedTest {
    private static final Blob PAYLOAD = Blob.of("payload".getBytes(StandardCharsets.UTF_8));

    /** RFC 8032 §7.1, tests 1 to 3. */
    @ParameterizedTest
    @CsvSource({
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60, d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb, 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7, fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
    })
    void theSeedsOfRfc8032HaveItsPublicKeys(String seed, String publicKey) throws Exception {
        SigningKey key = SigningKey.ofSeed(Blob.fromHex(seed).toArray());
        assertThat(key.publicKey().toHex()).isEqualTo(publicKey);
        assertThat(PublicKeys.requireSound(key.publicKey())).isEqualTo(key.publicKey());
        assertThat(Signed.verify(Domain.GRANT, key.publicKey(), Signed.sign(Domain.GRANT, key, PAYLOAD)))
                .isEqualTo(PAYLOAD);
    }

    @Test
    void aSignatureIsTheOneThatTheJdkMakesOverTheSigStructure() throws Exception {
        SigningKey key = SigningKey.generate();
        Cose cose = Cose.parse(Signed.sign(Domain.PERMIT, key, PAYLOAD));
        Signature jdk = Signature.getInstance("Ed25519", Signed.JDK);
        jdk.initSign(key.privateKey());
        jdk.update(Cose.toBeSigned(Domain.PERMIT, key.publicKey(), PAYLOAD));
        assertThat(cose.signature()).isEqualTo(Blob.of(jdk.sign()));
    }

    @Test
    void aSignatureOfOneDomainIsNoneOfAnother() {
        SigningKey key = SigningKey.generate();
        for (Domain signed : Domain.values()) {
            Blob cose = Signed.sign(signed, key, PAYLOAD);
            for (Domain asked : Domain.values()) {
                if (asked != signed) {
                    assertThatThrownBy(() -> Signed.verify(asked, key.publicKey(), cose))
                            .isInstanceOf(BadSignature.class);
                }
            }
        }
    }

    @Test
    void aSignatureOfAnotherKeyIsRefusedWhateverItsKidSays() throws Exception {
        SigningKey key = SigningKey.generate();
        SigningKey other = SigningKey.generate();
        Blob cose = Signed.sign(Domain.GRANT, other, PAYLOAD);
        assertThatThrownBy(() -> Signed.verify(Domain.GRANT, key.publicKey(), cose))
                .isInstanceOf(BadSignature.class);
        Blob relabelled = new Cose(key.publicKey(), PAYLOAD, Cose.parse(cose).signature()).toBlob();
        assertThatThrownBy(() -> Signed.verify(Domain.GRANT, key.publicKey(), relabelled))
                .isInstanceOf(BadSignature.class);
    }

    @Test
    void everyFlippedBitIsRefused() {
        SigningKey key = SigningKey.generate();
        byte[] cose = Signed.sign(Domain.GRANT, key, PAYLOAD).toArray();
        for (int bit = 0; bit < cose.length * 8; bit++) {
            byte[] flipped = cose.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> Signed.verify(Domain.GRANT, key.publicKey(), Blob.of(flipped)))
                    .as("bit %d", bit)
                    .isInstanceOfAny(BadSignature.class, MalformedException.class);
        }
    }

    /** S + L: the same point, a second spelling of the signature. */
    @Test
    void aSecondSpellingOfASignatureIsRefused() throws Exception {
        SigningKey key = SigningKey.generate();
        Cose cose = Cose.parse(Signed.sign(Domain.GRANT, key, PAYLOAD));
        byte[] order = Blob.fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
                .toArray();
        byte[] signature = cose.signature().toArray();
        int carry = 0;
        for (int i = 0; i < 32; i++) {
            int sum = (signature[32 + i] & 0xff) + (order[i] & 0xff) + carry;
            signature[32 + i] = (byte) sum;
            carry = sum >> 8;
        }
        Blob forged = new Cose(key.publicKey(), PAYLOAD, Blob.of(signature)).toBlob();
        assertThatThrownBy(() -> Signed.verify(Domain.GRANT, key.publicKey(), forged))
                .isInstanceOf(BadSignature.class);
    }

    /** All encodings of the eight points whose order divides eight, also those that are not canonical. */
    @ParameterizedTest
    @CsvSource({
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    })
    void keysOfSmallOrderAreRefused(String hex) {
        refused(hex);
        assertThatThrownBy(() -> Signed.verify(
                        Domain.GRANT, Blob.fromHex(hex), Signed.sign(Domain.GRANT, SigningKey.generate(), PAYLOAD)))
                .isInstanceOf(MalformedException.class);
    }

    /** Every y from p to 2^255 - 1, and a y without a point. */
    @Test
    void keysThatAreNotCanonicalOrNoPointAreRefused() {
        for (int last = 0xed; last <= 0xff; last++) {
            refused("%02x".formatted(last) + "ff".repeat(30) + "7f");
            refused("%02x".formatted(last) + "ff".repeat(30) + "ff");
        }
        refused("02" + "00".repeat(31));
        refused("00".repeat(31));
        refused("00".repeat(33));
    }

    /** The control: with the identity as key, the JDK takes one signature for every message. */
    @Test
    void theIdentityPointWouldVerifyEveryMessageButVerifiesNone() throws Exception {
        Blob identity = Blob.fromHex("01" + "00".repeat(31));
        Blob always = Blob.fromHex("01" + "00".repeat(63));
        Blob forged = new Cose(identity, PAYLOAD, always).toBlob();
        Signature jdk = Signature.getInstance("Ed25519", Signed.JDK);
        jdk.initVerify(KeyFactory.getInstance("Ed25519", Signed.JDK)
                .generatePublic(new X509EncodedKeySpec(Blob.fromHex("302a300506032b6570032100" + identity.toHex())
                        .toArray())));
        jdk.update(Cose.toBeSigned(Domain.GRANT, identity, PAYLOAD));
        assertThat(jdk.verify(always.toArray())).isTrue();
        assertThatThrownBy(() -> Signed.verify(Domain.GRANT, identity, forged)).isInstanceOf(MalformedException.class);
    }

    @Test
    void aKeyThatIsNoPointVerifiesNothing() {
        Blob noPoint = Blob.fromHex("02" + "00".repeat(31));
        refused(noPoint.toHex());
        for (String signature : List.of("00".repeat(64), "01" + "00".repeat(63), noPoint.toHex() + "00".repeat(32))) {
            Blob forged = new Cose(noPoint, PAYLOAD, Blob.fromHex(signature)).toBlob();
            assertThatThrownBy(() -> Signed.verify(Domain.GRANT, noPoint, forged))
                    .isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void oneKeySignsRightlyForManyThreadsAtOnce() throws Exception {
        SigningKey key = SigningKey.generate();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Blob>> signing = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Blob payload = Blob.of(("payload " + i).getBytes(StandardCharsets.UTF_8));
                signing.add(
                        () -> Signed.verify(Domain.GRANT, key.publicKey(), Signed.sign(Domain.GRANT, key, payload)));
            }
            int i = 0;
            for (Future<Blob> verified : threads.invokeAll(signing)) {
                assertThat(verified.get()).isEqualTo(Blob.of(("payload " + i++).getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    private static void refused(String hex) {
        assertThatThrownBy(() -> PublicKeys.requireSound(Blob.fromHex(hex))).isInstanceOf(MalformedException.class);
    }
}
