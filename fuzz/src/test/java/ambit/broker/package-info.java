/** Fuzz targets of what the package keeps to itself. */
@NullMarked
package ambit.broker;

import org.jspecify.annotations.NullMarked;
