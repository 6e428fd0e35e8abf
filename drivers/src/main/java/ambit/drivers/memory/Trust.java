package ambit.drivers.memory;

import ambit.wire.Json;
import java.util.Locale;

/**
 * How far what shaped an entry was from its writer, nearest first. An entry's label is that of the farthest thing which its writer had
 * seen when it wrote: so it never says more than can be vouched for.
 */
public enum Trust {
    /** Nothing but what the transaction, its children included, was started with, and answers of models that could use no tools of their provider. */
    OWN(1),
    /** A long-lived namespace of the principal. */
    USER(2),
    /** A namespace that all of the tenant share. */
    TENANT(3),
    /** An entry of an earlier transaction. */
    INHERITED(4),
    /** A chunk of an ingested document. */
    RETRIEVED(5),
    /** The answer of a tool, or of a model that could use its provider's. */
    TOOL(6);

    private final int number;

    Trust(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static Trust of(long number) {
        for (Trust trust : values()) {
            if (trust.number == number) {
                return trust;
            }
        }
        return TOOL;
    }

    /** Of a chunk whose document was added with the label of this number, 0 for one that was not kept. */
    static Trust ofChunk(long label) {
        return label == 0 ? RETRIEVED : RETRIEVED.with(of(label));
    }

    /** The same, as it is told. */
    public static Json told(long label) {
        return ofChunk(label).json();
    }

    /** The label of what this and {@code other} shaped. */
    Trust with(Trust other) {
        return number >= other.number ? this : other;
    }

    /** The label of what is read through this mount. */
    static Trust ofMount(String mount) {
        if (mount.isEmpty()) {
            return OWN;
        }
        return switch (mount.substring(0, Math.max(0, mount.indexOf('/')))) {
            case "user" -> USER;
            case "tenant" -> TENANT;
            default -> INHERITED;
        };
    }

    Json json() {
        return new Json.Str(name().toLowerCase(Locale.ROOT));
    }
}
