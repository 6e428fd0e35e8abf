package ambit.bench;

import java.util.List;

/** A part of the benchmarks that can be run by itself. */
@FunctionalInterface
interface Part {

    /** What came of it, or why it was left out. */
    record Result(List<Row> rows, List<String> remarks) {
        public Result {
            rows = List.copyOf(rows);
            remarks = List.copyOf(remarks);
        }
    }

    Result measure() throws Exception;
}
