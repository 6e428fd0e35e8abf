package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON as text: what a guest wrote is cut out and passed on byte for byte, never written anew, because the core decides over
 * exactly these bytes.
 */
final class JsonText {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxDocumentLength(8 << 20)
                    .maxNumberLength(1000)
                    .build())
            .build();

    private JsonText() {}

    /** Writes the members of an object. */
    @FunctionalInterface
    interface Members {
        void write(JsonGenerator json);
    }

    /**
     * The members of an object from outside, each as the exact bytes of its value. The document is judged by {@link Json}, the
     * parser that the core and the drivers use; it is only cut here.
     */
    static Map<String, Blob> members(Blob document) throws MalformedException {
        if (!(Json.parse(document) instanceof Json.Obj)) {
            throw new MalformedException("expected a JSON object");
        }
        return slices(document);
    }

    private static Map<String, Blob> slices(Blob document) throws MalformedException {
        byte[] bytes = document.toArray();
        Map<String, Blob> members = new LinkedHashMap<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                int start = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                parser.skipChildren();
                parser.finishToken();
                int end = Math.toIntExact(parser.currentLocation().getByteOffset());
                members.put(name, Blob.of(Arrays.copyOfRange(bytes, start, end)));
            }
        } catch (JacksonException e) {
            throw new MalformedException("not well-formed JSON");
        }
        return members;
    }

    /** One member of an object. */
    static Blob member(Blob object, String name) throws MalformedException {
        Blob member = slices(object).get(name);
        if (member == null) {
            throw new MalformedException("there is no '" + name + "'");
        }
        return member;
    }

    /** The elements of an array, each as its exact bytes. */
    static List<Blob> elements(Blob array) throws MalformedException {
        byte[] bytes = array.toArray();
        List<Blob> elements = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new MalformedException("expected a JSON array");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                int start = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                parser.skipChildren();
                parser.finishToken();
                int end = Math.toIntExact(parser.currentLocation().getByteOffset());
                elements.add(Blob.of(Arrays.copyOfRange(bytes, start, end)));
            }
        } catch (JacksonException e) {
            throw new MalformedException("not well-formed JSON");
        }
        return elements;
    }

    /** The text of a JSON string. */
    static String text(Blob value) throws MalformedException {
        if (!(Json.parse(value) instanceof Json.Str(String text))) {
            throw new MalformedException("expected a JSON string");
        }
        return text;
    }

    /** Whether the text is one JSON value and may stand inside another document. */
    static boolean isValue(String text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (JacksonException e) {
            return false;
        }
    }

    /** Whether a JSON value is an object with this member. */
    static boolean hasMember(Blob value, String name) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), value.toArray())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                if (parser.currentName().equals(name)) {
                    return true;
                }
                parser.nextToken();
                parser.skipChildren();
            }
            return false;
        } catch (JacksonException e) {
            return false;
        }
    }

    /** An object in UTF-8. */
    static Blob object(Members members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        }
        return Blob.of(bytes.toByteArray());
    }

    /** Writes a member whose value came from outside: as it is if it is JSON, as a string otherwise. */
    static void member(JsonGenerator json, String name, Blob value) {
        String text = utf8(value);
        json.writeName(name);
        // Judged as the text that it is passed on as: from bytes, the parser would take a byte order mark and UTF-16.
        if (isValue(text)) {
            json.writeRawValue(text);
        } else {
            json.writeString(text);
        }
    }

    static String utf8(Blob bytes) {
        return new String(bytes.toArray(), StandardCharsets.UTF_8);
    }

    static Blob utf8(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
