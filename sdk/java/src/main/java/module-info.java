import org.jspecify.annotations.NullMarked;

/** The five syscalls for Java guests. */
@NullMarked
module ambit.sdk {
    requires static org.jspecify;

    exports ambit.sdk;
}
