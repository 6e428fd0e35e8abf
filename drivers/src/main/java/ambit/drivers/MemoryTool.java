package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * The two memory syscalls on one context's memory: {@code {"key": …}} answers the value's JSON (status 404 and {@code null}
 * where there is none), {@code {"key": …, "value": …}} stages it and answers <code>{}</code>. Nothing else may stand in the
 * parameters.
 */
final class MemoryTool implements Effect {
    static final String READ = "memory_read";
    static final String WRITE = "memory_write";

    private final ContextMemory memory;

    MemoryTool(ContextMemory memory) {
        this.memory = memory;
    }

    @Override
    public Answer perform(Call call, Sink sink, Cancellation cancellation) throws DriverFailure {
        return switch (call.operation()) {
            case READ -> read(members(call.params(), 1));
            case WRITE -> write(members(call.params(), 2));
            default -> throw new DriverFailure(Denial.UNKNOWN_TOOL, "memory can be read and written, nothing else");
        };
    }

    private Answer read(Map<String, Json> params) throws DriverFailure {
        Optional<Blob> value = memory.read(key(params));
        return value.isPresent() ? new Answer(200, value.get()) : new Answer(404, json("null"));
    }

    private Answer write(Map<String, Json> params) throws DriverFailure {
        Json value = params.get("value");
        if (value == null) {
            throw new DriverFailure(Denial.ARGUMENT_MISSING, "memory_write needs a value; null is one");
        }
        memory.write(key(params), CanonicalJson.encode(value));
        return new Answer(200, json("{}"));
    }

    private static Map<String, Json> members(Blob params, int count) throws DriverFailure {
        try {
            if (Json.parse(params) instanceof Json.Obj(Map<String, Json> members) && members.size() == count) {
                return members;
            }
        } catch (MalformedException e) {
            throw new DriverFailure(Denial.MALFORMED, "the parameters are not strict JSON: " + e.getMessage(), e);
        }
        throw new DriverFailure(
                Denial.MALFORMED, "memory takes an object with a key, to write also a value, and nothing else");
    }

    private static MemoryKey key(Map<String, Json> params) throws DriverFailure {
        if (params.get("key") instanceof Json.Str(String name)) {
            return MemoryKey.parse(name);
        }
        throw new DriverFailure(Denial.ARGUMENT_MISSING, "the memory key is missing or not a string");
    }

    private static Blob json(String text) {
        return Blob.of(text.getBytes(StandardCharsets.US_ASCII));
    }
}
