package ambit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DecimalsTest {
    private static List<String> numbers() {
        List<String> numbers = new ArrayList<>();
        for (String sign : new String[] {"", "-"}) {
            for (String whole : new String[] {"0", "1", "9", "10", "19", "90", "99", "100"}) {
                for (String fraction : new String[] {"", ".0", ".1", ".10", ".19", ".9", ".09", ".90", ".901"}) {
                    numbers.add(sign + whole + fraction);
                }
            }
        }
        return numbers;
    }

    @Test
    void decimalsCompareAsTheirValuesDo() {
        for (String a : numbers()) {
            for (String b : numbers()) {
                int expected = new BigDecimal(a).compareTo(new BigDecimal(b));
                int found = Decimals.compare(Naive.bytes(a), Naive.bytes(b));
                assertThat(found).as("%s and %s", a, b).isEqualTo(expected);
            }
        }
    }

    @Test
    void aNumberIsPlainExactlyAsItsGrammarSays() {
        SplittableRandom random = new SplittableRandom(21);
        int plain = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(7); n > 0; n--) {
                text.append("-.0019/:".charAt(random.nextInt(8)));
            }
            boolean expected = text.toString().matches("-?(0|[1-9][0-9]*)([.][0-9]+)?");
            plain += expected ? 1 : 0;
            assertThat(Decimals.isPlain(Naive.bytes(text.toString())))
                    .as("%s", text)
                    .isEqualTo(expected);
        }
        assertThat(plain).isGreaterThan(500);
    }

    @Test
    void whatIsNoNumberIsComparedWithoutHarm() {
        byte[] nothing = {};
        assertThat(Decimals.compare(nothing, nothing)).isZero();
        assertThat(Decimals.compare(nothing, Naive.bytes("1"))).isEqualTo(-1);
        assertThat(Decimals.compare(Naive.bytes("1"), nothing)).isEqualTo(1);
        assertThat(Decimals.compare(nothing, Naive.bytes("-1"))).isEqualTo(1);
    }
}
