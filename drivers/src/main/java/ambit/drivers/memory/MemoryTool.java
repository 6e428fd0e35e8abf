package ambit.drivers.memory;

import ambit.drivers.CanonicalJson;
import ambit.drivers.DriverFailure;
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
public final class MemoryTool {
    /** @param status as in HTTP: 200, or 404 where there is nothing */
    public record Reply(int status, Blob result) {}

    private final ContextMemory memory;

    public MemoryTool(ContextMemory memory) {
        this.memory = memory;
    }

    /** {@code memory_read}. */
    public Reply read(Blob params) throws DriverFailure {
        Optional<Blob> value = memory.read(key(members(params, 1)));
        return value.isPresent() ? new Reply(200, value.get()) : new Reply(404, json("null"));
    }

    /** {@code memory_write}. */
    public Reply write(Blob params) throws DriverFailure {
        Map<String, Json> members = members(params, 2);
        Json value = members.get("value");
        if (value == null) {
            throw new DriverFailure(Denial.ARGUMENT_MISSING, "memory_write needs a value; null is one");
        }
        memory.write(key(members), CanonicalJson.encode(value));
        return new Reply(200, json("{}"));
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
