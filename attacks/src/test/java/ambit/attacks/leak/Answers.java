package ambit.attacks.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** The answers to the same attempts, first when nobody else had anything and then when everybody had; in the order of the attempts. */
record Answers(List<Attempt> attempts, List<Answer> before, List<Answer> after) {
    Answers {
        List<Integer> numbers = attempts.stream().map(Attempt::number).toList();
        assertThat(before.stream().map(Answer::number)).isEqualTo(numbers);
        assertThat(after.stream().map(Answer::number)).isEqualTo(numbers);
    }

    /** One attempt and its two answers. */
    record Pair(Attempt attempt, Answer before, Answer after) {
        boolean leaked() {
            return before.leaked() || after.leaked();
        }

        boolean changed() {
            return !before.digest().equals(after.digest());
        }
    }

    List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < attempts.size(); i++) {
            pairs.add(new Pair(attempts.get(i), before.get(i), after.get(i)));
        }
        return pairs;
    }

    /** How many got something of the attacker's own. */
    long fruitful() {
        return after.stream().filter(Answer::own).count();
    }
}
