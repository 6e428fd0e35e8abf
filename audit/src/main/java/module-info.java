import org.jspecify.annotations.NullMarked;

/** What anyone can check and read without the core. */
@NullMarked
module ambit.audit {
    requires static org.jspecify;
    requires transitive ambit.authority;
    requires transitive ambit.log;

    exports ambit.audit;
    exports ambit.audit.scope;
    exports ambit.audit.tlog;
}
