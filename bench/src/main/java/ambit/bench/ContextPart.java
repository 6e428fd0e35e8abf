package ambit.bench;

import ambit.core.InProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the core keeps for each live context: its heap after garbage collection, with and without as many of them. */
final class ContextPart implements Part {

    private static final int WARM_UP = 50;

    private final Path place;
    private final int count;

    ContextPart(Path place, int count) {
        this.place = place;
        this.count = count;
    }

    @Override
    public Result measure() throws Exception {
        Charter charter = new Charter();
        BiscuitPeer biscuit = new BiscuitPeer(2);
        try (InProcess core = new InProcess(Files.createTempDirectory(Files.createDirectories(place), "contexts"))) {
            core.answer(charter.registration());
            double context = each(() -> DecisionPart.admitted(core.answer(charter.admission(3600))));
            double token = each(biscuit::verified);
            return new Result(
                    List.of(new Row(
                            "heap of the core for one live context (of " + count + "), three capabilities",
                            kib(context),
                            "-",
                            "one verified Biscuit token of two blocks in memory, of as many",
                            kib(token),
                            "-",
                            context / token)),
                    List.of());
        }
    }

    /** Makes one. */
    @FunctionalInterface
    private interface Maker {
        Object make() throws Exception;
    }

    /** Bytes for each, of those that are made after some which load what they all share. */
    private double each(Maker maker) throws Exception {
        List<Object> kept = new ArrayList<>(WARM_UP + count);
        for (int i = 0; i < WARM_UP; i++) {
            kept.add(maker.make());
        }
        long before = Heap.used();
        for (int i = 0; i < count; i++) {
            kept.add(maker.make());
        }
        long after = Heap.used();
        if (kept.size() != WARM_UP + count) {
            throw new IllegalStateException("one is missing");
        }
        return (double) (after - before) / count;
    }

    private static String kib(double bytes) {
        return String.format(Locale.ROOT, "%.1f KiB", bytes / 1024);
    }
}
