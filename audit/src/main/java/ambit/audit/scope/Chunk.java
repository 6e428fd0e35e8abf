package ambit.audit.scope;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A piece of a document as it is indexed, found and proved. Its hash covers all that is shown of it but the score. Immutable.
 *
 * @param source the name of the document, 1 to 512 characters
 * @param title the headings above it, outermost first: at most 16 of at most 256 characters
 * @param position where in the document it stands
 * @param metadata texts, whole numbers and truth values by name, at most 16
 * @param text at most 16,384 characters
 */
public record Chunk(
        String source, List<String> title, Position position, SortedMap<String, Json> metadata, String text) {
    public static final String DOMAIN = "ambit/chunk/v1";
    public static final int MAX_SOURCE = 512;
    public static final int MAX_TITLES = 16;
    public static final int MAX_TITLE = 256;
    public static final int MAX_METADATA = 16;
    public static final int MAX_NAME = 64;
    public static final int MAX_VALUE = 512;
    public static final int MAX_TEXT = 16 << 10;

    /**
     * A range of a document.
     *
     * @param unit what is counted, such as {@code line}, {@code page} or {@code record}
     * @param from the first one, counted from 1
     * @param to the last one
     */
    public record Position(String unit, long from, long to) {
        public Position {
            require(
                    !unit.isEmpty() && unit.length() <= 16 && from >= 1 && from <= to,
                    "a position has a unit and counts from 1");
        }
    }

    /** Refuses, with {@link IllegalArgumentException} and one sentence, what exceeds a limit above. */
    public Chunk {
        title = List.copyOf(title);
        metadata = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
        require(
                !source.isEmpty() && source.length() <= MAX_SOURCE,
                "the name of a source has 1 to " + MAX_SOURCE + " characters");
        require(
                title.size() <= MAX_TITLES && title.stream().allMatch(it -> it.length() <= MAX_TITLE),
                "a title has at most " + MAX_TITLES + " parts of " + MAX_TITLE + " characters");
        require(
                !text.isEmpty() && text.length() <= MAX_TEXT,
                "the text of a chunk has 1 to " + MAX_TEXT + " characters");
        require(metadata.size() <= MAX_METADATA, "a chunk has at most " + MAX_METADATA + " metadata");
        metadata.forEach(Chunk::requireAttribute);
    }

    private static void requireAttribute(String name, Json value) {
        require(
                !name.isEmpty() && name.length() <= MAX_NAME,
                "the name of a metadatum has 1 to " + MAX_NAME + " characters");
        boolean fits = switch (value) {
            case Json.Str(String text) -> text.length() <= MAX_VALUE;
            case Json.Int _, Json.Bool _ -> true;
            case Json.Dec _, Json.Null _, Json.Arr _, Json.Obj _ -> false;
        };
        require(
                fits,
                "the metadatum '" + name + "' is neither a whole number nor a truth value nor a text of at most "
                        + MAX_VALUE + " characters");
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    /** SHA-256 of the deterministic CBOR {@code [domain, source, title, [unit, from, to], metadata, text]}. */
    public Blob hash() {
        return toBlob().sha256();
    }

    /** The bytes whose SHA-256 is the hash. */
    public Blob toBlob() {
        List<Cbor.Entry> attributes = new ArrayList<>();
        for (Map.Entry<String, Json> it : metadata.entrySet()) {
            attributes.add(new Cbor.Entry(Cbor.of(it.getKey()), value(it.getValue())));
        }
        return Blob.of(Cbor.encode(Cbor.array(
                DOMAIN,
                source,
                title,
                Cbor.array(position.unit(), position.from(), position.to()),
                new Cbor.Map(attributes),
                text)));
    }

    private static Cbor value(Json value) {
        return switch (value) {
            case Json.Str(String text) -> Cbor.of(text);
            case Json.Int(long number) -> Cbor.of(number);
            case Json.Bool(boolean yes) -> Cbor.of(yes);
            case Json.Dec _, Json.Null _, Json.Arr _, Json.Obj _ ->
                throw new IllegalStateException("refused when made");
        };
    }

    /** The chunk that {@link #toBlob} wrote. */
    public static Chunk parse(Blob bytes) throws ambit.wire.MalformedException {
        return ChunkParser.chunk(Cbor.decode(bytes.toArray()));
    }
}
