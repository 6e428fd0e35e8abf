package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ambit.authority.signing.Signed;
import org.junit.jupiter.api.Test;

/** A core that silently fell back to the JDK's provider would be fifteen times slower, and as right. */
class ProviderTest {
    @Test
    void signsWithCorrettoWhereItsLibraryIsMadeFor() {
        assumeThat(System.getProperty("os.arch")).isEqualTo("amd64");
        assertThat(Signed.provider()).isEqualTo("AmazonCorrettoCryptoProvider");
    }
}
