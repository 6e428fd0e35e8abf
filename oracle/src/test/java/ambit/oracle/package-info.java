/** The decision kernel against the model in Coq: the same cases to both, the same answers from both. */
@NullMarked
package ambit.oracle;

import org.jspecify.annotations.NullMarked;
