import org.jspecify.annotations.NullMarked;

/** The audit journal, which is also the state of the core. */
@NullMarked
module ambit.log {
    requires static org.jspecify;
    requires transitive ambit.authority;
    requires transitive ambit.wire;

    exports ambit.log;
    exports ambit.log.entry;
    exports ambit.log.note;
}
