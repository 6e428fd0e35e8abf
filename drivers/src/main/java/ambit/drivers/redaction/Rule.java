package ambit.drivers.redaction;

import java.util.List;

/**
 * Finds one kind of thing that must not be kept.
 *
 * @param name what the marker in its place says
 * @param inNumbers whether a JSON number can be one
 */
record Rule(String name, Finder finder, boolean inNumbers) {

    /** Immutable; what it finds does not overlap and comes in the order of the text. Takes time in proportion to the text. */
    @FunctionalInterface
    interface Finder {
        List<Span> find(String text);
    }

    Rule(String name, Finder finder) {
        this(name, finder, false);
    }

    String marker() {
        return "[redacted:" + name + "]";
    }
}
