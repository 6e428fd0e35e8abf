package ambit.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What there was to lose in a run, and what was lost. */
final class Tally {
    private final List<String> flaws = new ArrayList<>();
    private final Map<String, Integer> refusals = new TreeMap<>();
    private int looks;
    private int flawed;
    private long commits;
    private long recovered;
    private long values;

    void looked(String name, Inspection inspection, List<String> found) {
        looks++;
        flawed += found.isEmpty() ? 0 : 1;
        recovered += inspection.recovered();
        values += inspection.values();
        found.forEach(flaw -> flaws.add(name + ": " + flaw));
        System.out.println("%s, %d commits told before: %s"
                .formatted(name, inspection.told(), found.isEmpty() ? "whole" : found.getFirst()));
    }

    void committed(long told) {
        commits += told;
    }

    void refused(List<String> sentences) {
        sentences.forEach(sentence -> refusals.merge(sentence, 1, Integer::sum));
    }

    /** Each in one sentence. */
    List<String> flaws() {
        return List.copyOf(flaws);
    }

    /** After how many crashes something was wrong. */
    int flawed() {
        return flawed;
    }

    long commits() {
        return commits;
    }

    /** What was refused to callers, and how often. */
    Map<String, Integer> refusals() {
        return Map.copyOf(refusals);
    }

    @Override
    public String toString() {
        return "%d crashes, %d commits told, %d settled after a crash, %d values compared, %d crashes with flaws"
                .formatted(looks, commits, recovered, values, flawed);
    }
}
