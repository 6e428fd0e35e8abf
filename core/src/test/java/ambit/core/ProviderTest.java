package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ambit.authority.signing.Signed;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A core that silently fell back to the JDK's provider would be fifteen times slower, and as right. */
class ProviderTest {
    @Test
    void signsWithCorrettoWhereItsLibraryIsMadeFor() {
        assumeThat(System.getProperty("os.arch")).isEqualTo("amd64");
        assertThat(Signed.provider()).isEqualTo("AmazonCorrettoCryptoProvider");
    }

    /** What the JDK's provider is asked in {@code SignedTest}. Had the provider taken the signature, nobody would have looked at the key again. */
    @Test
    void aKeyThatIsNoPointVerifiesNothing() {
        Blob noPoint = Blob.fromHex("02" + "00".repeat(31));
        Blob payload = Blob.fromHex("00");
        for (String signature : List.of("00".repeat(64), "01" + "00".repeat(63), noPoint.toHex() + "00".repeat(32))) {
            Blob forged = new Cose(noPoint, payload, Blob.fromHex(signature)).toBlob();
            assertThatThrownBy(() -> Signed.verify(Domain.GRANT, noPoint, forged))
                    .isInstanceOf(MalformedException.class);
        }
    }
}
