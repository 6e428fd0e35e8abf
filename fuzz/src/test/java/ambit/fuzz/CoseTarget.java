package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.signing.BadSignature;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A COSE message has one spelling, and nothing but what was signed verifies. */
final class CoseTarget {
    private static final SigningKey KEY = key(1);

    /** What the key has signed, in each domain. */
    private static final Map<Domain, Blob> GENUINE = Arrays.stream(Domain.values())
            .collect(Collectors.toMap(domain -> domain, domain -> Signed.sign(domain, KEY, Blob.fromHex("a10100"))));

    private CoseTarget() {}

    /** The same key every time. */
    static SigningKey key(int number) {
        try {
            byte[] seed = new byte[SigningKey.SEED];
            Arrays.fill(seed, (byte) number);
            return SigningKey.ofSeed(seed);
        } catch (MalformedException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Blob> genuine() {
        return List.copyOf(GENUINE.values());
    }

    static void check(byte[] input) {
        Blob bytes = Blob.of(input);
        boolean parsed = false;
        try {
            Cose cose = Cose.parse(bytes);
            assertThat(cose.toBlob()).isEqualTo(bytes);
            parsed = true;
        } catch (MalformedException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        for (Domain domain : Domain.values()) {
            boolean verified = verifies(domain, bytes);
            assertThat(verified).isEqualTo(bytes.equals(GENUINE.get(domain)));
            assertThat(parsed || !verified).isTrue();
        }
    }

    private static boolean verifies(Domain domain, Blob bytes) {
        try {
            Signed.verify(domain, KEY.publicKey(), bytes);
            return true;
        } catch (MalformedException | BadSignature e) {
            return false;
        }
    }
}
