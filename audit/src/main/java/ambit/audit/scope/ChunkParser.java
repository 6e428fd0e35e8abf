package ambit.audit.scope;

import ambit.wire.Cbor;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the bytes of a chunk back. */
final class ChunkParser {
    private ChunkParser() {}

    static Chunk chunk(Cbor cbor) throws MalformedException {
        if (cbor instanceof Cbor.Array(List<Cbor> fields)
                && fields.size() == 6
                && fields.get(0).equals(Cbor.of(Chunk.DOMAIN))
                && fields.get(1) instanceof Cbor.Text(String source)
                && fields.get(2) instanceof Cbor.Array(List<Cbor> title)
                && fields.get(3) instanceof Cbor.Array(List<Cbor> position)
                && position.size() == 3
                && position.get(0) instanceof Cbor.Text(String unit)
                && position.get(1) instanceof Cbor.Int(long from)
                && position.get(2) instanceof Cbor.Int(long to)
                && fields.get(4) instanceof Cbor.Map(List<Cbor.Entry> metadata)
                && fields.get(5) instanceof Cbor.Text(String text)) {
            try {
                return new Chunk(source, texts(title), new Chunk.Position(unit, from, to), attributes(metadata), text);
            } catch (IllegalArgumentException e) {
                throw new MalformedException("a chunk breaks a rule: " + e.getMessage());
            }
        }
        throw new MalformedException("these bytes are no chunk");
    }

    private static List<String> texts(List<Cbor> items) throws MalformedException {
        List<String> texts = new ArrayList<>();
        for (Cbor item : items) {
            if (!(item instanceof Cbor.Text(String text))) {
                throw new MalformedException("a title is a text");
            }
            texts.add(text);
        }
        return texts;
    }

    private static SortedMap<String, Json> attributes(List<Cbor.Entry> entries) throws MalformedException {
        SortedMap<String, Json> attributes = new TreeMap<>();
        for (Cbor.Entry entry : entries) {
            if (!(entry.key() instanceof Cbor.Text(String name))) {
                throw new MalformedException("the name of a metadatum is a text");
            }
            attributes.put(
                    name,
                    switch (entry.value()) {
                        case Cbor.Text(String text) -> new Json.Str(text);
                        case Cbor.Int(long number) -> new Json.Int(number);
                        case Cbor.Bool(boolean yes) -> new Json.Bool(yes);
                        case Cbor.Bytes _, Cbor.Array _, Cbor.Map _, Cbor.Null _ ->
                            throw new MalformedException("a metadatum is a text, a whole number or a truth value");
                    });
        }
        return attributes;
    }
}
