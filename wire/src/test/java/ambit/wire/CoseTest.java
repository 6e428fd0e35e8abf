package ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CoseTest {
    private static final Blob KID = Blob.fromHex("ab".repeat(32));
    private static final Blob PAYLOAD = Blob.fromHex("a10107");
    private static final Blob SIGNATURE = Blob.fromHex("cd".repeat(64));

    @Test
    void theStructureIsTheOneOfRfc9052() throws Exception {
        Cose cose = new Cose(KID, PAYLOAD, SIGNATURE);
        String header = "a20127045820" + "ab".repeat(32);
        assertThat(cose.toBlob().toHex()).isEqualTo("845826" + header + "a043a101075840" + "cd".repeat(64));
        assertThat(Cose.parse(cose.toBlob())).isEqualTo(cose);
    }

    @Test
    void whatIsSignedNamesItsDomain() {
        String header = "a20127045820" + "ab".repeat(32);
        String domain = "616d6269742f6772616e742f7631"; // ambit/grant/v1
        assertThat(Blob.of(Cose.toBeSigned(Cose.Domain.GRANT, KID, PAYLOAD)).toHex())
                .isEqualTo("846a5369676e617475726531" + "5826" + header + "4e" + domain + "43a10107");
    }

    @Test
    void everyDomainSignsOtherBytes() {
        assertThat(java.util.Arrays.stream(Cose.Domain.values())
                        .map(domain -> Blob.of(Cose.toBeSigned(domain, KID, PAYLOAD))))
                .doesNotHaveDuplicates();
    }

    @Test
    void otherHeadersAndShapesAreRefused() throws Exception {
        Blob header = Blob.fromHex("a20127045820" + "ab".repeat(32));
        Blob es256 = Blob.fromHex("a20126045820" + "ab".repeat(32));
        Blob noKid = Blob.fromHex("a10127");
        Blob more = Blob.fromHex("a30127045820" + "ab".repeat(32) + "0500");
        refused(Cbor.array(es256, Cbor.record(), PAYLOAD, SIGNATURE));
        refused(Cbor.array(noKid, Cbor.record(), PAYLOAD, SIGNATURE));
        refused(Cbor.array(more, Cbor.record(), PAYLOAD, SIGNATURE));
        refused(Cbor.array(header, Cbor.record(1), PAYLOAD, SIGNATURE));
        refused(Cbor.array(header, Cbor.record(), new Cbor.Null(), SIGNATURE));
        refused(Cbor.array(header, Cbor.record(), PAYLOAD, PAYLOAD));
        refused(Cbor.array(header, Cbor.record(), PAYLOAD, SIGNATURE, 1));
        refused(Cbor.array(header, Cbor.record(), PAYLOAD));
        Cose.parse(Blob.of(Cbor.encode(Cbor.array(header, Cbor.record(), PAYLOAD, SIGNATURE))));
    }

    private static void refused(Cbor cose) {
        assertThatThrownBy(() -> Cose.parse(Blob.of(Cbor.encode(cose)))).isInstanceOf(MalformedException.class);
    }
}
