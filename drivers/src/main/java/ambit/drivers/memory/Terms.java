package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.drivers.Foreign;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a mapping demands of what is written there. Each block of a chain may demand something, and all of it holds: so another block
 * can only take away.
 *
 * @param keys of each list some pattern matches the key
 * @param schemas each fits the value
 * @param valueBytes of the largest value
 * @param entries that the partition may hold
 * @param lifetimeMs of what is written; {@link Long#MAX_VALUE} for ever
 * @param whole whether one refused entry drops everything that the transaction wrote
 * @param review whether what is written is held until somebody reviews it
 * @param quotes whether values quote, and quote only what this context retrieved
 */
record Terms(
        List<List<KeyPattern>> keys,
        List<ValueSchema> schemas,
        long valueBytes,
        long entries,
        long lifetimeMs,
        boolean whole,
        boolean review,
        boolean quotes) {
    static final Terms NONE =
            new Terms(List.of(), List.of(), Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, false, false, false);

    private static final Set<String> MEMBERS =
            Set.of("keys", "schema", "value-bytes", "entries", "lifetime-seconds", "commit", "review", "quotes");
    private static final int MOST_PATTERNS = 64;
    private static final long MOST_SECONDS = 100L * 366 * 24 * 3600;

    Terms {
        keys = List.copyOf(keys);
        schemas = List.copyOf(schemas);
    }

    /** What all these documents demand together. */
    static Terms of(List<Blob> documents) throws DriverFailure {
        Terms all = NONE;
        for (Blob document : documents) {
            all = all.and(parse(document));
        }
        return all;
    }

    private Terms and(Terms other) {
        List<List<KeyPattern>> bothKeys = new ArrayList<>(keys);
        bothKeys.addAll(other.keys);
        List<ValueSchema> bothSchemas = new ArrayList<>(schemas);
        bothSchemas.addAll(other.schemas);
        return new Terms(
                bothKeys,
                bothSchemas,
                Math.min(valueBytes, other.valueBytes),
                Math.min(entries, other.entries),
                Math.min(lifetimeMs, other.lifetimeMs),
                whole || other.whole,
                review || other.review,
                quotes || other.quotes);
    }

    private static Terms parse(Blob document) throws DriverFailure {
        try {
            if (Json.parse(document) instanceof Json.Obj(Map<String, Json> members)) {
                return of(members);
            }
        } catch (MalformedException e) {
            throw unfit("they are not strict JSON: " + e.getMessage());
        }
        throw unfit("they are not an object");
    }

    private static Terms of(Map<String, Json> members) throws DriverFailure {
        for (String name : members.keySet()) {
            if (!MEMBERS.contains(name)) {
                throw unfit("'" + Foreign.quote(name) + "' is none of "
                        + MEMBERS.stream().sorted().toList());
            }
        }
        Json schema = members.get("schema");
        long seconds = number(members, "lifetime-seconds", MOST_SECONDS);
        return new Terms(
                patterns(members.get("keys")),
                schema == null ? List.of() : List.of(ValueSchema.parse(schema)),
                number(members, "value-bytes", Long.MAX_VALUE),
                number(members, "entries", Long.MAX_VALUE),
                seconds == Long.MAX_VALUE ? seconds : seconds * 1000,
                whole(members.get("commit")),
                flag(members, "review"),
                flag(members, "quotes"));
    }

    private static List<List<KeyPattern>> patterns(@org.jspecify.annotations.Nullable Json json) throws DriverFailure {
        if (json == null) {
            return List.of();
        }
        List<KeyPattern> patterns = new ArrayList<>();
        if (json instanceof Json.Arr(List<Json> items) && items.size() <= MOST_PATTERNS) {
            for (Json item : items) {
                if (!(item instanceof Json.Str(String glob))) {
                    throw unfit("'keys' holds something that is no pattern");
                }
                patterns.add(KeyPattern.parse(glob));
            }
            return List.of(List.copyOf(patterns));
        }
        throw unfit("'keys' is not a list of at most " + MOST_PATTERNS + " patterns");
    }

    private static long number(Map<String, Json> members, String name, long most) throws DriverFailure {
        Json json = members.get(name);
        if (json == null) {
            return Long.MAX_VALUE;
        }
        if (json instanceof Json.Int(long number) && number >= 1 && number <= most) {
            return number;
        }
        throw unfit("'" + name + "' is not a whole number from 1 up" + (most < Long.MAX_VALUE ? " to " + most : ""));
    }

    private static boolean whole(@org.jspecify.annotations.Nullable Json json) throws DriverFailure {
        if (json == null || json.equals(new Json.Str("entries"))) {
            return false;
        }
        if (json.equals(new Json.Str("all"))) {
            return true;
        }
        throw unfit("'commit' is neither \"all\" nor \"entries\"");
    }

    private static boolean flag(Map<String, Json> members, String name) throws DriverFailure {
        Json json = members.get(name);
        if (json == null) {
            return false;
        }
        if (json instanceof Json.Bool(boolean value)) {
            return value;
        }
        throw unfit("'" + name + "' is neither true nor false");
    }

    /** When what is written now ends, 0 for never. */
    long expiresMs(long nowMs) {
        return lifetimeMs == Long.MAX_VALUE ? 0 : nowMs + lifetimeMs;
    }

    /**
     * Refuses what these terms do not allow.
     *
     * @param key relative to the namespace
     * @param value canonical JSON
     */
    void check(MemoryKey key, Blob value, RetrievedChunks chunks) throws DriverFailure {
        for (List<KeyPattern> each : keys) {
            if (each.stream().noneMatch(pattern -> pattern.matches(key))) {
                throw new DriverFailure(
                        Denial.KEY_PATTERN,
                        "the memory key '" + key.name()
                                + "' matches none of the patterns that the grant allows there; write under another key");
            }
        }
        if (value.size() > valueBytes) {
            throw new DriverFailure(
                    Denial.VALUE_SIZE,
                    "a value there may have " + valueBytes + " bytes, this one has " + value.size() + "; write less");
        }
        for (ValueSchema schema : schemas) {
            List<String> errors = schema.errors(value);
            if (!errors.isEmpty()) {
                throw new DriverFailure(
                        Denial.SCHEMA,
                        "the value does not fit the schema that the grant demands there: " + errors.getFirst());
            }
        }
        if (quotes) {
            Quotes.check(value, chunks);
        }
    }

    private static DriverFailure unfit(String why) {
        return new DriverFailure(
                Denial.MALFORMED, "the terms of a memory mapping cannot be used: " + why + "; grant it anew");
    }
}
