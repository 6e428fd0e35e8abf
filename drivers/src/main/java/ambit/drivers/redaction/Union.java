package ambit.drivers.redaction;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Spans, those that touch or overlap joined into one. */
final class Union {
    private final BitSet covered = new BitSet();

    void add(Span span) {
        covered.set(span.from(), span.to());
    }

    List<Span> inOrder() {
        List<Span> spans = new ArrayList<>();
        int from = covered.nextSetBit(0);
        while (from >= 0) {
            int to = covered.nextClearBit(from);
            spans.add(new Span(from, to));
            from = covered.nextSetBit(to);
        }
        return spans;
    }
}
