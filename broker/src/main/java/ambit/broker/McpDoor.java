package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The MCP door: streamable HTTP with JSON responses, protocol revisions 2025-03-26 to 2025-11-25. It lists the context's own
 * tools with the definitions that were granted, and translates a call of one into tool_call.
 */
final class McpDoor {
    static final String PATH = "/mcp";
    private static final List<String> REVISIONS = List.of("2025-11-25", "2025-06-18", "2025-03-26");
    private static final Set<String> ORIGINS = Set.of("http://127.0.0.1:7070", "http://localhost:7070");
    private static final String SESSION = "Mcp-Session-Id";

    private static final int PARSE_ERROR = -32700;
    private static final int INVALID_REQUEST = -32600;
    private static final int METHOD_NOT_FOUND = -32601;
    private static final int INVALID_PARAMS = -32602;
    private static final Blob NULL = JsonText.utf8("null");
    private static final Blob EMPTY_OBJECT = JsonText.utf8("{}");

    private McpDoor() {}

    static void handle(Exchange exchange, Door door) throws IOException {
        Optional<String> origin = exchange.header("Origin");
        if (origin.isPresent() && !ORIGINS.contains(origin.get())) {
            exchange.json(403, error(NULL, INVALID_REQUEST, "this origin has no business here"));
            return;
        }
        switch (exchange.method()) {
            case "POST" -> post(exchange, door);
            case "DELETE" -> delete(exchange, door);
            default -> {
                exchange.header("Allow", "POST, DELETE");
                exchange.json(405, error(NULL, INVALID_REQUEST, "the kernel opens no stream of its own"));
            }
        }
    }

    private static void delete(Exchange exchange, Door door) {
        boolean ended = exchange.header(SESSION)
                .map(session -> door.mcpSessions().end(session))
                .orElse(false);
        exchange.empty(ended ? 200 : 404);
    }

    private static void post(Exchange exchange, Door door) throws IOException {
        Message message;
        try {
            Blob body = exchange.body();
            message = Message.of(Json.parse(body), body);
        } catch (MalformedException e) {
            exchange.json(400, error(NULL, PARSE_ERROR, String.valueOf(e.getMessage())));
            return;
        } catch (InvalidRequest e) {
            exchange.json(400, error(NULL, INVALID_REQUEST, String.valueOf(e.getMessage())));
            return;
        }
        if (message.isInitialize()) {
            initialize(exchange, door, message);
        } else if (isInSession(exchange, door, message)) {
            inSession(exchange, door, message);
        }
    }

    /** Whether the request belongs to a live session in a revision that is spoken here; answers it otherwise. */
    private static boolean isInSession(Exchange exchange, Door door, Message message) {
        Optional<String> session = exchange.header(SESSION);
        if (session.isEmpty()) {
            exchange.json(400, error(message.id(), INVALID_REQUEST, "the header Mcp-Session-Id is missing"));
            return false;
        }
        if (!door.mcpSessions().isLive(session.get())) {
            exchange.json(404, error(message.id(), INVALID_REQUEST, "no such session"));
            return false;
        }
        Optional<String> revision = exchange.header("MCP-Protocol-Version");
        if (revision.isPresent() && !REVISIONS.contains(revision.get())) {
            exchange.json(400, error(message.id(), INVALID_REQUEST, "this protocol revision is not spoken here"));
            return false;
        }
        return true;
    }

    private static void initialize(Exchange exchange, Door door, Message message) {
        String asked = message.params().get("protocolVersion") instanceof Json.Str(String text) ? text : "";
        String revision = REVISIONS.contains(asked) ? asked : REVISIONS.getFirst();
        exchange.header(SESSION, door.mcpSessions().open());
        exchange.json(200, result(message.id(), JsonText.object(json -> {
            json.writeStringProperty("protocolVersion", revision);
            json.writeObjectPropertyStart("capabilities");
            json.writeObjectPropertyStart("tools");
            json.writeBooleanProperty("listChanged", false);
            json.writeEndObject();
            json.writeEndObject();
            json.writeObjectPropertyStart("serverInfo");
            json.writeStringProperty("name", "ambit");
            json.writeStringProperty("version", "1");
            json.writeEndObject();
        })));
    }

    private static void inSession(Exchange exchange, Door door, Message message) {
        if (message.isNotification()) {
            exchange.empty(202);
            return;
        }
        switch (message.method()) {
            case "ping" -> exchange.json(200, result(message.id(), EMPTY_OBJECT));
            case "tools/list" -> list(exchange, door.context(), message);
            case "tools/call" -> call(exchange, door.context(), message);
            default -> exchange.json(200, error(message.id(), METHOD_NOT_FOUND, "method not found"));
        }
    }

    private static void list(Exchange exchange, Context context, Message message) {
        if (message.params().containsKey("cursor")) {
            exchange.json(200, error(message.id(), INVALID_PARAMS, "the list has one page"));
            return;
        }
        exchange.json(200, result(message.id(), JsonText.object(json -> {
            json.writeArrayPropertyStart("tools");
            McpTools.of(context.capabilities()).forEach((name, tool) -> definition(json, name, tool));
            json.writeEndArray();
        })));
    }

    /** The definition as it was granted, but for the name where two tools share it. */
    private static void definition(JsonGenerator json, String name, Bound tool) {
        json.writeStartObject();
        json.writeStringProperty("name", name);
        try {
            JsonText.members(JsonText.utf8(tool.definition())).forEach((member, value) -> {
                if (!member.equals("name")) {
                    JsonText.member(json, member, value);
                }
            });
        } catch (MalformedException e) {
            throw new IllegalStateException("the core bound a tool whose definition is no JSON object", e);
        }
        json.writeEndObject();
    }

    private static void call(Exchange exchange, Context context, Message message) {
        @Nullable
        Bound tool = message.params().get("name") instanceof Json.Str(String name)
                ? McpTools.of(context.capabilities()).get(name)
                : null;
        if (tool == null) {
            exchange.json(200, error(message.id(), INVALID_PARAMS, "this context has no such tool"));
            return;
        }
        Blob arguments = message.rawParams().getOrDefault("arguments", EMPTY_OBJECT);
        ByteArrayOutputStream gathered = new ByteArrayOutputStream();
        Reply reply = context.toolCall(tool.handle(), arguments, piece -> NativeDoor.gather(gathered, piece));
        exchange.json(200, result(message.id(), content(reply, gathered)));
    }

    private static Blob content(Reply reply, ByteArrayOutputStream gathered) {
        return switch (reply) {
            case Reply.Refused(Denial code, String sentence) -> text("denied (" + code.name() + "): " + sentence, true);
            case Reply.Result(int status, Blob body, Blob _) -> {
                gathered.writeBytes(body.toArray());
                Blob whole = Blob.of(gathered.toByteArray());
                yield isCallResult(whole) ? whole : text(JsonText.utf8(whole), !NativeDoor.isSuccess(status));
            }
        };
    }

    /** Whether a driver's result is what MCP calls a result of tools/call, to be passed on as it is. */
    private static boolean isCallResult(Blob body) {
        return JsonText.isValue(JsonText.utf8(body)) && JsonText.hasMember(body, "content");
    }

    private static Blob text(String text, boolean isError) {
        return JsonText.object(json -> {
            json.writeArrayPropertyStart("content");
            json.writeStartObject();
            json.writeStringProperty("type", "text");
            json.writeStringProperty("text", text);
            json.writeEndObject();
            json.writeEndArray();
            json.writeBooleanProperty("isError", isError);
        });
    }

    private static Blob result(Blob id, Blob result) {
        return JsonText.object(json -> {
            json.writeStringProperty("jsonrpc", "2.0");
            JsonText.member(json, "id", id);
            JsonText.member(json, "result", result);
        });
    }

    private static Blob error(Blob id, int code, String message) {
        return JsonText.object(json -> {
            json.writeStringProperty("jsonrpc", "2.0");
            JsonText.member(json, "id", id);
            json.writeObjectPropertyStart("error");
            json.writeNumberProperty("code", code);
            json.writeStringProperty("message", message);
            json.writeEndObject();
        });
    }

    /** JSON, but no message that this door takes. */
    private static final class InvalidRequest extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidRequest(String why) {
            super(why);
        }
    }

    /**
     * One JSON-RPC message.
     *
     * @param id the exact bytes of the id; {@code null} in JSON for a notification or a response
     */
    private record Message(String method, Blob id, Map<String, Json> params, Map<String, Blob> rawParams) {
        static Message of(Json parsed, Blob body) throws MalformedException, InvalidRequest {
            if (parsed instanceof Json.Arr) {
                throw new InvalidRequest("batches are not taken");
            }
            if (!(parsed instanceof Json.Obj(Map<String, Json> values))
                    || !new Json.Str("2.0").equals(values.get("jsonrpc"))) {
                throw new InvalidRequest("not a JSON-RPC 2.0 message");
            }
            Map<String, Blob> members = JsonText.members(body);
            @Nullable Json id = values.get("id");
            if (id != null && !(id instanceof Json.Str || id instanceof Json.Int)) {
                throw new InvalidRequest("a JSON-RPC id is a string or an integer");
            }
            String method = values.get("method") instanceof Json.Str(String text) ? text : "";
            Map<String, Json> params = Map.of();
            Map<String, Blob> rawParams = Map.of();
            if (values.get("params") instanceof Json.Obj(Map<String, Json> given)) {
                params = given;
                rawParams = JsonText.members(members.getOrDefault("params", EMPTY_OBJECT));
            } else if (values.containsKey("params")) {
                throw new InvalidRequest("the parameters are a JSON object");
            }
            return new Message(method, members.getOrDefault("id", NULL), params, rawParams);
        }

        boolean isInitialize() {
            return method.equals("initialize") && !isNotification();
        }

        /** Without an id, or without a method (a response to a request that was never made): taken and forgotten. */
        boolean isNotification() {
            return id.equals(NULL) || method.isEmpty();
        }
    }
}
