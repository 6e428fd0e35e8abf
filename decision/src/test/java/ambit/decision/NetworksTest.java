package ambit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworksTest {
    private static BigInteger first(byte[] address, int bits) {
        return new BigInteger(1, address).shiftRight(128 - bits);
    }

    @Test
    void anAddressIsInANetworkWhenItsFirstBitsAreTheSame() {
        SplittableRandom random = new SplittableRandom(22);
        int in = 0;
        for (int i = 0; i < 200; i++) {
            byte[] network = new byte[16];
            random.nextBytes(network);
            for (int flipped = 0; flipped < 128; flipped++) {
                byte[] address = network.clone();
                address[flipped / 8] ^= (byte) (0x80 >> flipped % 8);
                int bits = random.nextInt(3) == 0 ? random.nextInt(129) : Math.min(128, flipped + random.nextInt(2));
                boolean expected = first(address, bits).equals(first(network, bits));
                in += expected ? 1 : 0;
                if (Networks.isIn(address, network, bits) != expected) {
                    assertThat(!expected).as("bit %d of %d", flipped, bits).isEqualTo(expected);
                }
            }
        }
        assertThat(in).isBetween(5_000, 20_000);
    }

    @Test
    void theWholeAddressAndNothingOfItCountToo() {
        byte[] one = new byte[16];
        byte[] other = new byte[16];
        Arrays.fill(other, (byte) -1);
        assertThat(Networks.isIn(one, other, 0)).isTrue();
        assertThat(Networks.isIn(one, one, 128)).isTrue();
        assertThat(Networks.isIn(one, other, 128)).isFalse();
        assertThat(Networks.isIn(one, one, -1)).isFalse();
        assertThat(Networks.isIn(one, one, 129)).isFalse();
        assertThat(Networks.isIn(new byte[15], one, 8)).isFalse();
        assertThat(Networks.isIn(one, new byte[15], 8)).isFalse();
        assertThat(Networks.isIn(new byte[17], one, 8)).isFalse();
        assertThat(Networks.isIn(one, new byte[0], 0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "a.b, a.b, true",
        "a.b, a.c, false",
        "a.b, b.b, false",
        "a.b, x.a.b, false",
        "x.a.b, a.b, false",
        "x.a.b, *.a.b, true",
        "y.x.a.b, *.a.b, true",
        "a.b, *.a.b, false",
        "xa.b, *.a.b, false",
        ".a.b, *.a.b, false",
        "x.a.c, *.a.b, false",
        "a.b, *, false",
        "*, *, true",
        "'', '', false",
        "'', *, false",
        "'', a, false",
        "a, '', false"
    })
    void aHostIsNamedByItselfOrByAStarAboveIt(String host, String pattern, boolean expected) {
        assertThat(Networks.isHost(Naive.bytes(host), Naive.bytes(pattern))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "https:443//a.b/x, https:443//a.b/, true",
        "https:443//a.b/x, https:444//a.b/, false",
        "https:443//a.b/x, https:443//a.b/x/y, false",
        "https:443//a.b/x, http:443//a.b/, false",
        "https:443//a.b/x, https:443/a.b/, false",
        "https:443/a.b/x, https:443//a.b/, false",
        "https:443/a.b/x, https:443/a.b/x, false",
        "https:443/a/x, https:443/a/x, false",
        "//a.b/x, //a.b/x, true",
        "a/, a/, false",
        "a//, a//, false",
        "//, //, false",
        "/, /, false",
        "http:80//a.b, http:80//a.b, false",
        "http:80//a.b, http:80//a.b/, false",
        "https:443//x.a.b/c, https:443//*.a.b/c, true",
        "https:443//x.a.b/cd, https:443//*.a.b/c, false",
        "https:443//x.a.b/c, https:443//*.a.c/c, false"
    })
    void aUrlIsWithinOneWithTheSameBeginning(String url, String pattern, boolean expected) {
        assertThat(Networks.isWithin(Naive.bytes(url), Naive.bytes(pattern))).isEqualTo(expected);
    }
}
