import org.jspecify.annotations.NullMarked;

/** The decisions of the core, written in the Java subset that KeY proves. */
@NullMarked
module ambit.decision {
    requires static org.jspecify;

    exports ambit.decision;
}
