package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;

/** The five syscalls as such: {@code POST /syscall/<name>} with JSON, and {@code GET /syscall/handles}. */
final class NativeDoor {
    private static final String PREFIX = "/syscall/";
    private static final String HANDLES = PREFIX + "handles";

    /** The memory driver's status for a key without a value, which it answers with null: an answer like any other. */
    private static final int NO_VALUE = 404;

    private static final Blob EMPTY_OBJECT = JsonText.utf8("{}");

    private NativeDoor() {}

    static void handle(Exchange exchange, Context context) throws IOException {
        if (exchange.path().equals(HANDLES)) {
            if (isMethod(exchange, "GET")) {
                answer(exchange, context.handles(), (json, listed) -> JsonText.member(json, "handles", listed.body()));
            }
            return;
        }
        for (Syscall syscall : Syscall.values()) {
            if (exchange.path().equals(PREFIX + syscall.label())) {
                if (isMethod(exchange, "POST")) {
                    call(syscall, exchange, context);
                }
                return;
            }
        }
        exchange.json(404, refusal(Denial.MALFORMED, "no such path at the kernel's door"));
    }

    private static boolean isMethod(Exchange exchange, String method) {
        if (exchange.method().equals(method)) {
            return true;
        }
        exchange.header("Allow", method);
        exchange.json(405, refusal(Denial.MALFORMED, "this path takes " + method + " only"));
        return false;
    }

    private static void call(Syscall syscall, Exchange exchange, Context context) throws IOException {
        try {
            Blob body = exchange.body();
            switch (syscall) {
                case TOOL_CALL -> toolCall(exchange, context, body);
                case MEMORY_READ -> memoryRead(exchange, context, body);
                case MEMORY_WRITE -> memoryWrite(exchange, context, body);
                case SPAWN_CHILD -> spawnChild(exchange, context, body);
                case LOG -> log(exchange, context, body);
            }
        } catch (MalformedException e) {
            exchange.json(400, refusal(Denial.MALFORMED, String.valueOf(e.getMessage())));
        }
    }

    private static void toolCall(Exchange exchange, Context context, Blob body) throws MalformedException {
        Map<String, Blob> members = members(body, Set.of("handle"), Set.of("params"));
        Blob params = members.getOrDefault("params", EMPTY_OBJECT);
        ByteArrayOutputStream streamed = new ByteArrayOutputStream();
        Reply reply = context.toolCall(handle(members), params, piece -> gather(streamed, piece));
        answer(exchange, reply, (json, result) -> {
            streamed.writeBytes(result.body().toArray());
            JsonText.member(json, "result", Blob.of(streamed.toByteArray()));
        });
    }

    /** A streamed result that is asked for as one document is held to the size of one. */
    static void gather(ByteArrayOutputStream streamed, Blob piece) throws IOException {
        if (streamed.size() + piece.size() > Limits.RESULT) {
            throw new IOException("the result exceeds its limit");
        }
        streamed.writeBytes(piece.toArray());
    }

    private static void memoryRead(Exchange exchange, Context context, Blob body) throws MalformedException {
        JsonText.text(members(body, Set.of("key"), Set.of()).getOrDefault("key", Blob.EMPTY));
        Reply reply = context.memoryRead(body);
        if (reply instanceof Reply.Result(int status, Blob value, Blob proof) && status == NO_VALUE) {
            reply = new Reply.Result(200, value, proof);
        }
        answer(exchange, reply, (json, result) -> JsonText.member(json, "value", result.body()));
    }

    private static void memoryWrite(Exchange exchange, Context context, Blob body) throws MalformedException {
        JsonText.text(members(body, Set.of("key", "value"), Set.of()).getOrDefault("key", Blob.EMPTY));
        answer(exchange, context.memoryWrite(body), (json, result) -> {});
    }

    private static void spawnChild(Exchange exchange, Context context, Blob body) throws MalformedException {
        Map<String, Blob> members = members(body, Set.of("handle"), Set.of("narrow", "input"));
        String input = members.containsKey("input") ? JsonText.text(members.get("input")) : "";
        Blob narrowing = members.getOrDefault("narrow", EMPTY_OBJECT);
        Reply reply = context.spawnChild(handle(members), narrowing, input, body);
        answer(exchange, reply, (json, result) -> JsonText.member(json, "handle", result.body()));
    }

    private static void log(Exchange exchange, Context context, Blob body) throws MalformedException {
        Blob event = members(body, Set.of("event"), Set.of()).getOrDefault("event", Blob.EMPTY);
        if (event.size() > Limits.EVENT) {
            throw new MalformedException("the event exceeds 32 KiB");
        }
        answer(exchange, context.log(event), (json, result) -> {});
    }

    /** Exactly the members that the syscall has: one too many is a misunderstanding, not an extension. */
    private static Map<String, Blob> members(Blob body, Set<String> required, Set<String> optional)
            throws MalformedException {
        Map<String, Blob> members = JsonText.members(body);
        for (String name : members.keySet()) {
            if (!required.contains(name) && !optional.contains(name)) {
                throw new MalformedException("the syscall has no such member");
            }
        }
        for (String name : required) {
            if (!members.containsKey(name)) {
                throw new MalformedException("the member \"" + name + "\" is missing");
            }
        }
        return members;
    }

    /** The 16 bytes of a handle. A text that cannot be a handle is no handle of this context: the core says so. */
    private static Blob handle(Map<String, Blob> members) throws MalformedException {
        String text = JsonText.text(members.getOrDefault("handle", Blob.EMPTY));
        if (text.matches("[0-9a-f]{32}")) {
            return Blob.fromHex(text);
        }
        return Blob.of(new byte[Limits.ID]);
    }

    /** Writes what a successful answer has besides {@code ok} and {@code proof}. */
    @FunctionalInterface
    private interface Success {
        void write(JsonGenerator json, Reply.Result result);
    }

    private static void answer(Exchange exchange, Reply reply, Success success) {
        switch (reply) {
            case Reply.Refused(Denial code, String sentence) -> exchange.json(status(code), refusal(code, sentence));
            case Reply.Result result -> {
                boolean ok = isSuccess(result.status());
                Blob body = JsonText.object(json -> {
                    json.writeBooleanProperty("ok", ok);
                    if (!ok) {
                        json.writeStringProperty("code", Denial.DRIVER_FAILED.name());
                        json.writeStringProperty("sentence", "the far side answered with status " + result.status());
                    }
                    success.write(json, result);
                    if (!result.proof().isEmpty()) {
                        json.writeStringProperty(
                                "proof",
                                Base64.getEncoder()
                                        .encodeToString(result.proof().toArray()));
                    }
                });
                exchange.json(ok ? 200 : 502, body);
            }
        }
    }

    static boolean isSuccess(int status) {
        return status == 0 || (status >= 200 && status < 300);
    }

    /** The HTTP status of a refusal: the guest's fault, its lack of authority, or the kernel's trouble. */
    static int status(Denial code) {
        return switch (code) {
            case MALFORMED, TOO_LARGE -> 400;
            case LOG_UNAVAILABLE, INTERNAL, DRIVER_UNAVAILABLE, BOUNDARY_REFUSED -> 503;
            case DRIVER_FAILED -> 502;
            case TIMED_OUT -> 504;
            case RATE_LIMITED, APPROVAL_REQUIRED -> 429;
            case APPROVAL_REFUSED,
                    UNKNOWN_HANDLE,
                    UNKNOWN_TOOL,
                    CONSTRAINT,
                    ARGUMENT_NOT_NAMED,
                    ARGUMENT_MISSING,
                    USES_EXHAUSTED,
                    BUDGET_EXHAUSTED,
                    EXPIRED,
                    NOT_YET_VALID,
                    REVOKED,
                    DEPTH_EXCEEDED,
                    NOT_DELEGABLE,
                    MAY_NOT_USE,
                    BAD_SIGNATURE,
                    UNKNOWN_TENANT,
                    UNKNOWN_GRANT,
                    REPLAYED,
                    TOOL_CHANGED,
                    NOT_MAPPED,
                    READ_ONLY,
                    QUOTA,
                    CONFLICT,
                    KEY_PATTERN,
                    SCHEMA,
                    VALUE_SIZE,
                    APPEND_ONLY,
                    NOT_QUOTED,
                    ALL_OR_NOTHING,
                    HELD,
                    UNDONE,
                    STILL_MAPPED,
                    CONTEXT_ENDED -> 403;
        };
    }

    static Blob refusal(Denial code, String sentence) {
        return JsonText.object(json -> {
            json.writeBooleanProperty("ok", false);
            json.writeStringProperty("code", code.name());
            json.writeStringProperty("sentence", sentence);
        });
    }
}
