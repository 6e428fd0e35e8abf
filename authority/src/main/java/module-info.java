import org.jspecify.annotations.NullMarked;

/** Signed authority: artifacts in COSE, and the vetted keys they are signed with. */
@NullMarked
module ambit.authority {
    requires static org.jspecify;
    requires transitive ambit.wire;
    requires transitive ambit.decision;

    exports ambit.authority;
    exports ambit.authority.approval;
    exports ambit.authority.keyfile;
    exports ambit.authority.partition;
    exports ambit.authority.signing;
}
