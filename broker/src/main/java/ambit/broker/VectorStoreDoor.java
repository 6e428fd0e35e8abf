package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Denial;
import ambit.wire.MalformedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;

/**
 * OpenAI's {@code POST /v1/vector_stores/ID/search} as a tool_call on the context's {@code retriever.search}. An id is the name of a
 * namespace in the context's own map with a colon for each slash, {@code tenant:handbook}; there is no other.
 */
final class VectorStoreDoor {
    private static final Pattern PATH =
            Pattern.compile("/v1/vector_stores/([A-Za-z0-9._-]+(?:(?::|%3A|%3a|/)[A-Za-z0-9._-]+)*)/search");
    private static final List<String> KNOWN =
            List.of("query", "max_num_results", "filters", "rewrite_query", "ranking_options");
    private static final String SEARCH = ".search";
    private static final String DRIVER = "retriever";

    private VectorStoreDoor() {}

    /** Whether the request is one of these; then it is answered. */
    static boolean handle(Exchange exchange, Context context) throws IOException {
        Matcher path = PATH.matcher(exchange.path());
        if (!path.matches() || !exchange.method().equals("POST")) {
            return false;
        }
        Optional<Bound> search = context.capabilities().stream()
                .filter(it -> it.driver().equals(DRIVER) && it.name().endsWith(SEARCH))
                .findFirst();
        if (search.isEmpty()) {
            OpenAiDoor.refuse(exchange, Denial.UNKNOWN_TOOL, "this context may not search");
            return true;
        }
        try {
            Map<String, Blob> request = JsonText.members(exchange.body());
            ByteArrayOutputStream gathered = new ByteArrayOutputStream();
            Blob params = params(request, path.group(1).replaceAll(":|%3A|%3a", "/"));
            Reply reply = context.toolCall(search.get().handle(), params, piece -> NativeDoor.gather(gathered, piece));
            switch (reply) {
                case Reply.Refused(Denial code, String sentence) -> OpenAiDoor.refuse(exchange, code, sentence);
                case Reply.Result result -> exchange.json(200, page(request.getOrDefault("query", Blob.EMPTY), result));
            }
        } catch (MalformedException e) {
            OpenAiDoor.refuse(exchange, Denial.MALFORMED, String.valueOf(e.getMessage()));
        }
        return true;
    }

    /** What is asked of the retriever. A wish that it does not grant is refused, not passed over. */
    private static Blob params(Map<String, Blob> request, String namespace) throws MalformedException {
        for (Map.Entry<String, Blob> member : request.entrySet()) {
            String value = JsonText.utf8(member.getValue()).strip();
            boolean wish = switch (member.getKey()) {
                case "ranking_options" -> JsonText.hasMember(member.getValue(), "score_threshold");
                case "rewrite_query" -> !value.equals("false");
                default -> false;
            };
            if (!KNOWN.contains(member.getKey()) || wish) {
                throw new MalformedException(
                        "a search here takes query, max_num_results and filters, not this '" + member.getKey() + "'");
            }
        }
        Blob query = request.get("query");
        if (query == null) {
            throw new MalformedException("a search needs a query");
        }
        return JsonText.object(json -> {
            member(json, "query", Optional.of(query));
            member(json, "k", Optional.ofNullable(request.get("max_num_results")));
            member(json, "filter", Optional.ofNullable(request.get("filters")));
            json.writeArrayPropertyStart("namespaces");
            json.writeString(namespace);
            json.writeEndArray();
        });
    }

    private static void member(JsonGenerator json, String name, Optional<Blob> value) {
        value.ifPresent(it -> JsonText.member(json, name, it));
    }

    private static Blob page(Blob query, Reply.Result result) throws MalformedException {
        List<Blob> chunks = JsonText.elements(JsonText.member(result.body(), "chunks"));
        List<Map<String, Blob>> all = new ArrayList<>();
        for (Blob chunk : chunks) {
            all.add(JsonText.members(chunk));
        }
        return JsonText.object(json -> {
            json.writeStringProperty("object", "vector_store.search_results.page");
            json.writeArrayPropertyStart("search_query");
            json.writeRawValue(JsonText.utf8(query));
            json.writeEndArray();
            json.writeArrayPropertyStart("data");
            all.forEach(chunk -> item(json, chunk));
            json.writeEndArray();
            json.writeBooleanProperty("has_more", false);
            json.writeNullProperty("next_page");
            // what 'ambit proof verify' takes as a file
            json.writeObjectPropertyStart("proof_of_scope");
            json.writeStringProperty(
                    "proof", Base64.getEncoder().encodeToString(result.proof().toArray()));
            JsonText.member(json, "result", result.body());
            json.writeEndObject();
        });
    }

    private static void item(JsonGenerator json, Map<String, Blob> chunk) {
        json.writeStartObject();
        member(json, "file_id", Optional.ofNullable(chunk.get("source")));
        member(json, "filename", Optional.ofNullable(chunk.get("source")));
        member(json, "score", Optional.ofNullable(chunk.get("score")));
        member(json, "attributes", Optional.ofNullable(chunk.get("metadata")));
        json.writeArrayPropertyStart("content");
        json.writeStartObject();
        json.writeStringProperty("type", "text");
        member(json, "text", Optional.ofNullable(chunk.get("text")));
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
    }
}
