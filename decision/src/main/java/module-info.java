import org.jspecify.annotations.NullMarked;

/** The decisions of the core, written in a Java subset that KeY reads, with contracts in JML. */
@NullMarked
module ambit.decision {
    requires static org.jspecify;

    exports ambit.decision;
}
