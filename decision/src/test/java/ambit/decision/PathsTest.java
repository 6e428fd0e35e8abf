package ambit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PathsTest {
    /** Every text of up to five of these characters. */
    private static List<String> texts() {
        List<String> texts = new ArrayList<>(List.of(""));
        int from = 0;
        for (int length = 1; length <= 5; length++) {
            int to = texts.size();
            for (int i = from; i < to; i++) {
                for (String more : new String[] {"a", "*", "/"}) {
                    texts.add(texts.get(i) + more);
                }
            }
            from = to;
        }
        return texts;
    }

    private static int relation(String named, String argument) {
        List<String> a = Arrays.asList(named.split("/", -1));
        List<String> b = Arrays.asList(argument.split("/", -1));
        int same = 0;
        while (same < a.size() && same < b.size() && a.get(same).equals(b.get(same))) {
            same++;
        }
        if (same == a.size() || same == b.size()) {
            return a.equals(b) ? Paths.EQUAL : same == a.size() ? Paths.BELOW : Paths.ABOVE;
        }
        return a.get(same).equals("*") || b.get(same).equals("*") ? Paths.MISMATCH : Paths.UNRELATED;
    }

    @Test
    void twoPathsRelateAsTheirNamesDo() {
        int[] seen = new int[5];
        for (String named : texts()) {
            for (String argument : texts()) {
                int expected = relation(named, argument);
                seen[expected]++;
                int found = Paths.relate(Naive.bytes(named), Naive.bytes(argument));
                if (found != expected) {
                    assertThat(found).as("%s and %s", named, argument).isEqualTo(expected);
                }
                boolean element = argument.equals(named + "/*");
                if (Paths.isElementOf(Naive.bytes(argument), Naive.bytes(named)) != element) {
                    assertThat(element).as("%s in %s", argument, named).isEqualTo(!element);
                }
            }
        }
        assertThat(seen).doesNotContain(0);
    }
}
