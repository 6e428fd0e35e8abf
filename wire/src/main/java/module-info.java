import org.jspecify.annotations.NullMarked;

/** What the processes say to each other: deterministic CBOR, frames, strict JSON and every message as a record. */
@NullMarked
module ambit.wire {
    requires static org.jspecify;

    exports ambit.wire;
}
