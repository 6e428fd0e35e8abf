package ambit.drivers;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What becomes of a field of a request to a model. A field that has no rule is refused: whatever a later version of the protocol, or
 * another provider, lets a request name is unsayable until somebody has looked at it.
 */
sealed interface FieldRule {
    /** Goes out as it is: it says something about this request and names nothing that outlives it. */
    record Pass() implements FieldRule {}

    /** Goes out as it is if it is a text, a number, true or false; an object in its place could name something. */
    record Scalar() implements FieldRule {}

    /** An address of a picture or a file: {@code data:}, or http(s) on another host than the provider's own. */
    record Address() implements FieldRule {}

    /** Left out. */
    record Strip(String why) implements FieldRule {}

    /** Replaced by a name that only this run, or only this tenant, can come by. */
    record Derive(String why) implements FieldRule {}

    /** A name of the context's own; the driver knows what it stands for, or refuses it. */
    record Own(String what) implements FieldRule {}

    /** Nothing but {@code false} or {@code null} may be said. */
    record OnlyFalse(String why) implements FieldRule {}

    record Refuse(String why) implements FieldRule {}

    /** For each element of a list; a text in its place goes out as it is. */
    record Each(FieldRule element) implements FieldRule {}

    /**
     * An object with these members and no others.
     *
     * @param leavesOut whether others are left out, because answers that a guest sends back have what a provider adds to them; without,
     *     they are refused
     */
    record Members(Map<String, FieldRule> fields, boolean leavesOut) implements FieldRule {
        public Members {
            fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }
    }

    /**
     * An object that says itself, as its {@code type}, which rule is for it.
     *
     * @param otherwise the type where it has none, or empty if it must have one
     */
    record ByType(Map<String, FieldRule> rules, String otherwise) implements FieldRule {
        public ByType {
            rules = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(rules));
        }
    }
}
