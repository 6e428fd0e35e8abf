import org.jspecify.annotations.NullMarked;

/** What a Java guest or principal links. */
@NullMarked
module ambit.sdk {
    requires static org.jspecify;
}
