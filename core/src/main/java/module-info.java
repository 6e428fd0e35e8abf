import org.jspecify.annotations.NullMarked;

/** The core process: the small one that decides. */
@NullMarked
module ambit.core {
    requires static org.jspecify;
    requires transitive ambit.wire;
    requires ambit.decision;
    requires ambit.authority;
    requires ambit.log;

    exports ambit.core;
}
