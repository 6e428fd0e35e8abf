package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/**
 * The OpenAI-compatible door: a chat completion or a response is a tool_call on the context's model capability for it with the
 * request's body as its parameters, byte for byte. It has no authority of its own. The protocol's other paths, which name what a
 * provider keeps, do not exist here.
 */
final class OpenAiDoor {
    static final String PREFIX = "/v1/";
    private static final String CHAT = PREFIX + "chat/completions";
    private static final String RESPONSES = PREFIX + "responses";
    private static final String MODELS = PREFIX + "models";
    private static final String CHAT_OPERATION = ".chat";
    private static final String RESPONSES_OPERATION = ".responses";
    private static final String DRIVER = "openai";

    private OpenAiDoor() {}

    static void handle(Exchange exchange, Context context) throws IOException {
        String call = exchange.method() + " " + exchange.path();
        if (call.equals("POST " + CHAT)) {
            ask(exchange, context, CHAT_OPERATION);
        } else if (call.equals("POST " + RESPONSES)) {
            ask(exchange, context, RESPONSES_OPERATION);
        } else if (call.equals("GET " + MODELS)) {
            exchange.json(200, models(context));
        } else if (List.of(CHAT, RESPONSES, MODELS).contains(exchange.path())) {
            exchange.json(405, error("method not allowed here", "invalid_request_error", "METHOD_NOT_ALLOWED"));
        } else {
            exchange.json(
                    404,
                    error(
                            "the kernel has no such path: what a provider keeps cannot be named here; send what is needed"
                                    + " with each request",
                            "invalid_request_error",
                            "NOT_FOUND"));
        }
    }

    private static void ask(Exchange exchange, Context context, String operation) throws IOException {
        Blob body;
        Json.Obj request;
        try {
            body = exchange.body();
            request = object(Json.parse(body));
        } catch (MalformedException e) {
            exchange.json(400, error(String.valueOf(e.getMessage()), "invalid_request_error", "MALFORMED"));
            return;
        }
        Optional<Bound> model = model(context, request, operation);
        if (model.isEmpty()) {
            boolean none = models(context.capabilities()).isEmpty();
            refuse(
                    exchange,
                    Denial.UNKNOWN_TOOL,
                    none
                            ? "this context holds no model"
                            : "this context holds no model that it may call so; its grant needs the operation '"
                                    + operation.substring(1) + "'");
            return;
        }
        boolean stream = new Json.Bool(true).equals(request.members().get("stream"));
        if (stream) {
            stream(exchange, context.toolCall(model.get().handle(), body, exchange::event));
        } else {
            ByteArrayOutputStream gathered = new ByteArrayOutputStream();
            Reply reply = context.toolCall(model.get().handle(), body, piece -> NativeDoor.gather(gathered, piece));
            answer(exchange, reply, gathered);
        }
    }

    private static Json.Obj object(Json json) throws MalformedException {
        if (json instanceof Json.Obj object) {
            return object;
        }
        throw new MalformedException("expected a JSON object");
    }

    private static List<Bound> models(List<Bound> capabilities) {
        return capabilities.stream().filter(OpenAiDoor::isModel).toList();
    }

    static boolean isModel(Bound capability) {
        return capability.kind() == Bound.TOOL && capability.driver().equals(DRIVER);
    }

    private static String tool(Bound model) {
        int dot = model.name().indexOf('.');
        return dot < 0 ? model.name() : model.name().substring(0, dot);
    }

    /** The capability for the model that the request names, or of the tool of that name; the first one when there is none. */
    private static Optional<Bound> model(Context context, Json.Obj request, String operation) {
        List<Bound> models = models(context.capabilities()).stream()
                .filter(it -> it.name().endsWith(operation))
                .toList();
        Json asked = request.members().getOrDefault("model", new Json.Null());
        return models.stream()
                .filter(it -> names(it).contains(asked))
                .findFirst()
                .or(() -> models.stream()
                        .filter(it -> new Json.Str(tool(it)).equals(asked))
                        .findFirst())
                .or(() -> models.stream().findFirst());
    }

    /** The models that a capability allows, where its definition {@code {"models": […]}} says so; otherwise the tool's name. */
    private static List<Json> names(Bound model) {
        try {
            return !model.definition().isEmpty()
                            && Json.parse(JsonText.utf8(model.definition())) instanceof Json.Obj definition
                            && definition.members().get("models") instanceof Json.Arr names
                    ? names.items()
                    : List.of(new Json.Str(tool(model)));
        } catch (MalformedException e) {
            return List.of();
        }
    }

    private static void answer(Exchange exchange, Reply reply, ByteArrayOutputStream gathered) {
        switch (reply) {
            case Reply.Refused(Denial code, String sentence) -> refuse(exchange, code, sentence);
            case Reply.Result(int status, Blob body, Blob _) -> {
                gathered.writeBytes(body.toArray());
                exchange.json(status == 0 ? 200 : status, Blob.of(gathered.toByteArray()));
            }
        }
    }

    private static void stream(Exchange exchange, Reply reply) throws IOException {
        switch (reply) {
            case Reply.Refused(Denial code, String sentence) -> {
                if (!exchange.isStreaming()) {
                    refuse(exchange, code, sentence);
                    return;
                }
                // What was forwarded is not proved: the client must not take it for an answer.
                exchange.event(JsonText.utf8("\n\ndata: " + JsonText.utf8(denied(code, sentence)) + "\n\n"));
                exchange.cut();
            }
            case Reply.Result(int status, Blob body, Blob _) -> {
                if (!exchange.isStreaming() && !NativeDoor.isSuccess(status)) {
                    exchange.json(status, body);
                    return;
                }
                exchange.event(body);
                exchange.end();
            }
        }
    }

    static void refuse(Exchange exchange, Denial code, String sentence) {
        exchange.json(NativeDoor.status(code), denied(code, sentence));
    }

    private static Blob denied(Denial code, String sentence) {
        String type = switch (NativeDoor.status(code)) {
            case 400 -> "invalid_request_error";
            case 403 -> "permission_denied";
            default -> "kernel_error";
        };
        return error(sentence, type, code.name());
    }

    private static Blob error(String message, String type, String code) {
        return JsonText.object(json -> {
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("message", message);
            json.writeStringProperty("type", type);
            json.writeNullProperty("param");
            json.writeStringProperty("code", code);
            json.writeEndObject();
        });
    }

    private static Blob models(Context context) {
        return JsonText.object(json -> {
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            models(context.capabilities()).stream()
                    .flatMap(model -> names(model).stream())
                    .distinct()
                    .forEach(name -> {
                        if (name instanceof Json.Str(String id)) {
                            model(json, id);
                        }
                    });
            json.writeEndArray();
        });
    }

    private static void model(JsonGenerator json, String id) {
        json.writeStartObject();
        json.writeStringProperty("id", id);
        json.writeStringProperty("object", "model");
        json.writeNumberProperty("created", 0);
        json.writeStringProperty("owned_by", "ambit");
        json.writeEndObject();
    }
}
