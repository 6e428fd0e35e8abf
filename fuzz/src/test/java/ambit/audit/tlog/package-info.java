/** Fuzz targets of what the package keeps to itself. */
@NullMarked
package ambit.audit.tlog;

import org.jspecify.annotations.NullMarked;
