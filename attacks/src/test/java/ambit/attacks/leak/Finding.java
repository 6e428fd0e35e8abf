package ambit.attacks.leak;

import java.util.Map;
import java.util.TreeMap;

/** What came of all attempts of one kind: how many, how many got a canary, how many answers depend on what others have. */
record Finding(int attempts, int leaks, int changed) {
    /** By kind, from what came of attempts. */
    static Map<Kind, Finding> of(Answers answers) {
        Map<Kind, Finding> found = new TreeMap<>();
        for (Answers.Pair pair : answers.pairs()) {
            found.merge(
                    pair.attempt().kind(),
                    new Finding(1, pair.leaked() ? 1 : 0, pair.changed() ? 1 : 0),
                    Finding::plus);
        }
        return found;
    }

    Finding plus(Finding other) {
        return new Finding(attempts + other.attempts, leaks + other.leaks, changed + other.changed);
    }

    static Finding sum(Map<Kind, Finding> findings) {
        return findings.values().stream().reduce(new Finding(0, 0, 0), Finding::plus);
    }
}
