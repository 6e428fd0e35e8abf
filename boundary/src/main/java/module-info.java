import org.jspecify.annotations.NullMarked;

/** The OS isolation around one guest. Native calls are made in {@code ambit.boundary.linux} and nowhere else. */
@NullMarked
module ambit.boundary {
    requires static org.jspecify;

    exports ambit.boundary;
}
