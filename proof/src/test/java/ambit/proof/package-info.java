/** The contracts of the decision kernel, proved by KeY from the sources. */
@NullMarked
package ambit.proof;

import org.jspecify.annotations.NullMarked;
