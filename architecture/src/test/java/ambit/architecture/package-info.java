/** The rules of the build, each a test. */
@NullMarked
package ambit.architecture;

import org.jspecify.annotations.NullMarked;
