package ambit.bench;

/** The heap of this process. */
final class Heap {

    private static final int COLLECTIONS = 4;

    private Heap() {}

    /** Bytes in use after collections. */
    static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < COLLECTIONS; i++) {
            runtime.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
