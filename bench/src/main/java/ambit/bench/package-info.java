/** Benchmarks, each with its baseline in the same run. */
@NullMarked
package ambit.bench;

import org.jspecify.annotations.NullMarked;
