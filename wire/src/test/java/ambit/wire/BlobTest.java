package ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BlobTest {
    @Test
    void nobodyCanChangeABlob() {
        byte[] bytes = {1, 2, 3};
        Blob blob = Blob.of(bytes);
        bytes[0] = 9;
        blob.toArray()[1] = 9;
        assertThat(blob).isEqualTo(Blob.fromHex("010203")).hasSameHashCodeAs(Blob.fromHex("010203"));
        assertThat(blob).isNotEqualTo(Blob.fromHex("010204"));
    }

    @Test
    void orderIsThatOfUnsignedBytes() {
        assertThat(Blob.fromHex("7f")).isLessThan(Blob.fromHex("80"));
        assertThat(Blob.fromHex("01")).isLessThan(Blob.fromHex("0100"));
    }

    @Test
    void aDigestIsTheOneOfFips180() {
        assertThat(Blob.of("abc".getBytes(StandardCharsets.US_ASCII)).sha256().toHex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void printingShowsNoMoreThanFourBytes() {
        assertThat(Blob.fromHex("0102030405").toString()).isEqualTo("Blob(5: 01020304…)");
        assertThat(Blob.EMPTY.toString()).isEqualTo("Blob(0: )");
    }

    @Test
    void aWrongSizeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Blob.sized(new byte[31], 32));
    }
}
