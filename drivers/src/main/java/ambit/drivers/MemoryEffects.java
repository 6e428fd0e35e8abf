package ambit.drivers;

import ambit.drivers.memory.MemoryTool;
import ambit.drivers.memory.MemoryTools;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What permits for the memory driver are good for: the two memory syscalls, and the tools that a grant names {@code memory.…}. */
final class MemoryEffects {
    static final String READ = "memory_read";
    static final String WRITE = "memory_write";

    private static final Map<String, ToolDefinition> DEFINITIONS = definitions();

    private MemoryEffects() {}

    /** What the tools are, so that a grant can pin it. */
    static List<ToolDefinition> tools() {
        return List.copyOf(DEFINITIONS.values());
    }

    private static Map<String, ToolDefinition> definitions() {
        try {
            Map<String, ToolDefinition> definitions = new LinkedHashMap<>();
            if (Json.parse(MemoryTools.definitions()) instanceof Json.Arr(List<Json> items)) {
                for (Json item : items) {
                    ToolDefinition definition = ToolDefinition.parse(ToolConfig.MEMORY, CanonicalJson.encode(item));
                    definitions.put(definition.name(), definition);
                }
            }
            return definitions;
        } catch (MalformedException | DriverFailure e) {
            throw new IllegalStateException("the definitions of memory's tools are damaged in this build", e);
        }
    }

    static Effect read() {
        return (call, _, _) -> answer(new MemoryTool(call.context().memory()).read(call.params()));
    }

    static Effect write() {
        return (call, _, _) -> answer(new MemoryTool(call.context().memory()).write(call.params()));
    }

    static Effect tool() {
        return (call, _, _) -> {
            requireUnchanged(call);
            return answer(new MemoryTools(call.context().memory()).call(call.operation(), call.params()));
        };
    }

    private static void requireUnchanged(Effect.Call call) throws DriverFailure {
        ToolDefinition now = DEFINITIONS.get(call.operation());
        if (!call.definition().isEmpty() && (now == null || !call.definition().equals(now.hash()))) {
            throw new DriverFailure(
                    Denial.TOOL_CHANGED,
                    "memory's tool '" + Foreign.quote(call.operation())
                            + "' is not what was granted; look at what it is now, then 'ambit grant PRINCIPAL AGENT'");
        }
    }

    private static Effect.Answer answer(MemoryTool.Reply reply) {
        Blob result = reply.result();
        return new Effect.Answer(reply.status(), result);
    }
}
