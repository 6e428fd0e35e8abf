package ambit.faults;

import ambit.faults.Findings.Written;
import ambit.wire.Json;
import ambit.wire.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What must be true of a kernel that came back: every transaction is wholly there or not at all, in memory, in the index and in the log;
 * every verdict that was told before is what is there; and what is there is what was written.
 */
final class Inspection {
    private static final int NEWEST = 12;
    private static final int OLDER = 8;

    private final Commits.Account account;
    private final Map<Deed, Deed.Fate> before;
    private final Map<Deed, Deed.Fate> after;
    private final List<String> flaws = new ArrayList<>();
    private final Random random;
    private long recovered;
    private long values;

    /**
     * @param before what had been told for certain when the kernel stopped
     * @param after what had been asked for at most by then
     */
    Inspection(Commits.Account account, Map<Deed, Deed.Fate> before, Map<Deed, Deed.Fate> after, long seed) {
        this.account = account;
        this.before = before;
        this.after = after;
        this.random = new Random(seed);
    }

    /** Where nothing happened in between. */
    static Inspection now(Commits.Account account, long seed) {
        Map<Deed, Deed.Fate> fates = account.fates();
        return new Inspection(account, fates, fates, seed);
    }

    /** How many were settled by the core's question after the crash, with memory having them. */
    long recovered() {
        return recovered;
    }

    /** Whose verdicts were told before the crash. */
    long told() {
        return before.values().stream()
                .filter(fate -> fate instanceof Deed.Fate.Told)
                .count();
    }

    /** How many values were read and compared. */
    long values() {
        return values;
    }

    /** Answers what is wrong. */
    List<String> look(MemoryKernel kernel, boolean all) throws IOException {
        try (MemorySession session = kernel.session()) {
            Findings findings = Findings.of(kernel, account, session);
            findings.unreadable().ifPresent(flaws::add);
            Set<String> foreign = new HashSet<>(findings.keys());
            for (Deed deed : after.keySet()) {
                deed.keys(Deed.OWN).forEach(foreign::remove);
                judge(deed, findings);
            }
            if (!foreign.isEmpty()) {
                flaws.add("keys that nobody wrote: " + foreign);
            }
            for (Deed deed : all ? List.copyOf(after.keySet()) : sample()) {
                compare(deed, findings);
            }
            findings.end();
        } catch (MemorySession.Refused e) {
            flaws.add("refused: " + e.getMessage());
        }
        return flaws;
    }

    private void flaw(Deed deed, String sentence) {
        flaws.add("transaction %d (%s): %s".formatted(deed.number, deed.transaction(), sentence));
    }

    private void judge(Deed deed, Findings findings) {
        Deed.Fate least = before.getOrDefault(deed, new Deed.Fate.Nothing());
        Deed.Fate most = after.get(deed);
        switch (most) {
            case Deed.Fate.Nothing _ -> requireAbsent(deed, findings);
            case Deed.Fate.Asked _ -> requireWhole(deed, findings);
            case Deed.Fate.Told(List<Verdict> verdicts) -> {
                if (least instanceof Deed.Fate.Told || isThere(deed, findings)) {
                    requireTold(deed, verdicts, findings);
                } else {
                    requireWhole(deed, findings);
                }
            }
        }
    }

    private static boolean isThere(Deed deed, Findings findings) {
        return !findings.of(deed).isEmpty() || findings.hasDocument(deed);
    }

    private void requireAbsent(Deed deed, Findings findings) {
        if (isThere(deed, findings)) {
            flaw(deed, "was not committed, and is there: " + findings.of(deed));
        }
        if (findings.ending(deed).filter(Findings.Ending::committed).isPresent()) {
            flaw(deed, "was not committed, and the log says that it was");
        }
    }

    /** Nobody was told: the log decides, and memory and index say the same. */
    private void requireWhole(Deed deed, Findings findings) {
        Optional<Findings.Ending> ending = findings.ending(deed);
        if (ending.filter(Findings.Ending::committed).isEmpty()) {
            if (isThere(deed, findings)) {
                flaw(deed, "is there, and the log does not say so: " + findings.of(deed));
            }
            return;
        }
        if (ending.get().recovered()) {
            recovered++;
        }
        Set<String> keys = findings.of(deed).stream().map(Written::key).collect(Collectors.toSet());
        boolean none = deed.strict && keys.isEmpty();
        boolean whole = keys.containsAll(deed.keys(deed.strict ? "" : Deed.OWN));
        if (!none && !whole) {
            flaw(deed, "is there in parts: " + keys + " of " + deed.entries.keySet());
        }
        requireDocument(deed, findings, deed.word.isPresent());
    }

    private void requireTold(Deed deed, List<Verdict> verdicts, Findings findings) {
        Set<Written> told = verdicts.stream()
                .filter(verdict -> deed.entries.containsKey(verdict.key()) && verdict.version() > 0)
                .map(verdict -> new Written(verdict.key(), verdict.version()))
                .collect(Collectors.toSet());
        if (!told.equals(findings.of(deed))) {
            flaw(deed, "was told %s, and there is %s".formatted(told, findings.of(deed)));
        }
        requireDocument(
                deed,
                findings,
                verdicts.stream().anyMatch(it -> it.key().startsWith(Deed.DOCUMENTS) && it.committed()));
        Optional<Findings.Ending> ending = findings.ending(deed);
        if (ending.filter(Findings.Ending::committed).isEmpty()) {
            flaw(deed, "was told, and the log says " + ending);
        } else if (!ending.get().recovered() && !isSame(ending.get(), verdicts)) {
            flaw(deed, "was told other verdicts than the log has");
        }
    }

    private static boolean isSame(Findings.Ending ending, List<Verdict> verdicts) {
        if (ending.verdicts().size() != verdicts.size()) {
            return false;
        }
        for (int i = 0; i < verdicts.size(); i++) {
            Verdict told = verdicts.get(i);
            var logged = ending.verdicts().get(i);
            if (!logged.key().equals(told.key())
                    || logged.version() != told.version()
                    || !Findings.isCode(logged, told.denial())) {
                return false;
            }
        }
        return true;
    }

    private void requireDocument(Deed deed, Findings findings, boolean there) {
        if (findings.unreadable().isEmpty() && findings.hasDocument(deed) != there) {
            flaw(deed, there ? "has lost its document" : "has a document that was not committed");
        }
    }

    /** The newest, of which the most can go wrong, and some others. */
    private List<Deed> sample() {
        List<Deed> deeds = new ArrayList<>(after.keySet());
        deeds.sort(Comparator.comparingInt(deed -> -deed.number));
        List<Deed> sample = new ArrayList<>(deeds.subList(0, Math.min(NEWEST, deeds.size())));
        for (int i = 0; i < OLDER && deeds.size() > NEWEST; i++) {
            sample.add(deeds.get(NEWEST + random.nextInt(deeds.size() - NEWEST)));
        }
        return sample;
    }

    /** What stands there opens and is what was written; a search finds what is there. */
    private void compare(Deed deed, Findings findings) throws IOException, MemorySession.Refused {
        List<String> keys = new ArrayList<>(deed.keys(Deed.OWN));
        keys.retainAll(findings.keys());
        findings.newest(deed).ifPresent(written -> keys.add(written.key()));
        for (String key : keys) {
            values++;
            if (!findings.read(key).equals(new Json.Str(deed.entries.get(key)))) {
                flaw(deed, "the value of " + key + " is not what was written");
            }
        }
        if (deed.word.isPresent()
                && findings.unreadable().isEmpty()
                && findings.isFound(deed) != findings.hasDocument(deed)) {
            flaw(deed, "a search and the list of documents disagree");
        }
    }
}
