package ambit.cli;

import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Grant;
import ambit.authority.Words;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.MalformedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Finds the block that refused a call. The log has the call's parameters as a digest only, so some refusals have no place. */
final class Refusal {
    private final Entry.Denied denied;
    private final Optional<Grant> grant;
    private final List<Layer> layers;
    private final List<Why.Block> chain;

    private Refusal(Entry.Denied denied, Optional<Grant> grant, List<Layer> layers, List<Why.Block> chain) {
        this.denied = denied;
        this.grant = grant;
        this.layers = layers;
        this.chain = chain;
    }

    /**
     * What refused {@code denied}.
     *
     * @param before all debits before, in their order
     */
    static Why.Refused of(
            Entry.Denied denied,
            Optional<Grant> grant,
            List<Layer> layers,
            List<Why.Block> chain,
            List<Entry.Debit> before,
            List<Why.Block> ends) {
        Refusal refusal = new Refusal(denied, grant, layers, chain);
        int block = refusal.block(before);
        String because = Sentences.denialSentence(denied.code())
                + (denied.capability().isEmpty() ? "" : ", asked for " + Words.plain(denied.capability()))
                + (refusal.namesASource() ? "; such a value was not received, or has served all its calls" : "");
        String where = block >= 0
                ? "the " + chain.get(block).kind().words() + " at #"
                        + chain.get(block).index() + " refused: "
                : ends.isEmpty()
                        ? ""
                        : "after the " + ends.getLast().kind().words() + " at #"
                                + ends.getLast().index() + ": ";
        return new Why.Refused(block, where + because);
    }

    private int block(List<Entry.Debit> before) {
        Denial code;
        try {
            code = Denial.of(denied.code());
        } catch (MalformedException e) {
            return -1;
        }
        int cap = cap();
        return switch (code) {
            case CONSTRAINT, ARGUMENT_MISSING ->
                first(layer -> layer.of(cap).stream().anyMatch(this::holdsCulprit));
            case ARGUMENT_NOT_NAMED -> first(layer -> layer.of(cap).stream().anyMatch(this::leavesOut));
            case EXPIRED, NOT_YET_VALID -> first(layer -> !layer.isValidAt(denied.atMs()));
            case USES_EXHAUSTED -> exhausted(before, cap);
            case BUDGET_EXHAUSTED -> budget(before);
            case MAY_NOT_USE, NOT_DELEGABLE, DEPTH_EXCEEDED, TOOL_CHANGED -> first(_ -> true);
            default -> -1;
        };
    }

    private int cap() {
        List<Cap> caps = grant.map(Grant::caps).orElse(List.of());
        return IntStream.range(0, caps.size())
                .filter(i -> caps.get(i).name().equals(denied.capability()))
                .findFirst()
                .orElse(-1);
    }

    private int first(Predicate<Layer> refuses) {
        return layers.stream()
                .filter(refuses)
                .mapToInt(Layer::place)
                .findFirst()
                .orElse(-1);
    }

    /** What the sentence names behind the denial's own words. */
    private String culprit() {
        int colon = denied.sentence().indexOf(": ");
        return colon < 0 ? "" : denied.sentence().substring(colon + 2);
    }

    /** Whether what refused is a {@code from}: the core says the same where a value was never received and where it is spent. */
    private boolean namesASource() {
        return layers.stream()
                .flatMap(layer -> layer.of(cap()).stream())
                .flatMap(demand -> demand.constraints().stream())
                .anyMatch(it -> it.kind() == Constraint.Kind.FROM
                        && Words.shortened(it.describe()).equals(culprit()));
    }

    private boolean holdsCulprit(Layer.Demand demand) {
        return demand.constraints().stream()
                .anyMatch(it -> Words.shortened(it.describe()).equals(culprit()));
    }

    private boolean leavesOut(Layer.Demand demand) {
        return demand.closed()
                && demand.constraints().stream().noneMatch(it -> it.path().equals(culprit()));
    }

    private int exhausted(List<Entry.Debit> before, int cap) {
        Map<Blob, Entry.Debit> last = last(before, cap);
        return places().filter(i -> {
                    Entry.Debit debit = last.get(chain.get(i).hash());
                    return debit != null && debit.limit() >= 0 && debit.taken() >= debit.limit();
                })
                .findFirst()
                .orElse(-1);
    }

    /** The block with the least left of the budget that the sentence names. */
    private int budget(List<Entry.Debit> before) {
        List<String> names = grant.map(
                        it -> it.budgets().stream().map(budget -> budget.name()).toList())
                .orElse(List.of());
        int budget = IntStream.range(0, names.size())
                .filter(i -> denied.sentence().endsWith(" " + names.get(i)))
                .findFirst()
                .orElse(-1);
        Map<Blob, Entry.Debit> last = last(before, Entry.BUDGETS + budget);
        return places().filter(i -> last.containsKey(chain.get(i).hash()))
                .boxed()
                .min(java.util.Comparator.comparingLong(i -> left(
                        java.util.Objects.requireNonNull(last.get(chain.get(i).hash())))))
                .orElse(-1);
    }

    private static long left(Entry.Debit debit) {
        return debit.limit() < 0 ? Long.MAX_VALUE : debit.limit() - debit.taken();
    }

    private IntStream places() {
        return layers.stream().mapToInt(Layer::place);
    }

    private static Map<Blob, Entry.Debit> last(List<Entry.Debit> before, int account) {
        Map<Blob, Entry.Debit> last = new HashMap<>();
        before.stream().filter(it -> it.account() == account).forEach(it -> last.put(it.block(), it));
        return last;
    }
}
