import org.jspecify.annotations.NullMarked;

/** Signed authority: COSE artifacts, vetted keys, and their compilation for the decision kernel. */
@NullMarked
module ambit.authority {
    requires static org.jspecify;
    requires transitive ambit.wire;
    requires transitive ambit.decision;

    exports ambit.authority;
}
