/** End-to-end and attack tests: the real command, real processes, guests that do their worst. */
@NullMarked
package ambit.attacks;

import org.jspecify.annotations.NullMarked;
