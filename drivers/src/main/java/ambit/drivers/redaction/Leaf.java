package ambit.drivers.redaction;

/**
 * A part of a body that rules look at.
 *
 * @param place where it stands; what is streamed in pieces has one place
 * @param from where it begins in the body, the quote included
 * @param to just after it
 * @param text what it says, escapes resolved
 */
record Leaf(Place place, int from, int to, Kind kind, String text) {
    enum Kind {
        /** Of no JSON document. */
        PLAIN,
        STRING,
        KEY,
        /** Digits alone. */
        NUMBER
    }
}
