package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a server says that one of its tools is: the members name, description and inputSchema, which are what a model acts on
 * and what a grant pins. Others, such as title, annotations and outputSchema, end here: what a guest is told of a tool is what is pinned, so
 * nobody reads what a server says in them.
 *
 * @param canonical the JSON of these members in its one spelling ({@link CanonicalJson}), UTF-8
 */
record ToolDefinition(String name, Blob canonical) {
    private static final List<String> PINNED = List.of("description", "inputSchema", "name");

    /** The definition in one element of the result of {@code tools/list}. */
    static ToolDefinition parse(String tool, Blob json) throws DriverFailure {
        try {
            if (Json.parse(json) instanceof Json.Obj(Map<String, Json> members)
                    && members.get("name") instanceof Json.Str(String name)
                    && members.get("inputSchema") instanceof Json.Obj) {
                Map<String, Json> pinned = new LinkedHashMap<>();
                for (String member : PINNED) {
                    Json value = members.get(member);
                    if (value != null && !(value instanceof Json.Null)) {
                        pinned.put(member, value);
                    }
                }
                Blob canonical = CanonicalJson.encode(new Json.Obj(pinned));
                if (canonical.size() > Limits.DEFINITION) {
                    throw unfit(tool, "the definition of " + Foreign.quote(name) + " exceeds 64 KiB");
                }
                return new ToolDefinition(name, canonical);
            }
        } catch (MalformedException e) {
            throw unfit(tool, "a definition is not strict JSON: " + e.getMessage());
        }
        throw unfit(tool, "a definition has no name or no inputSchema");
    }

    private static DriverFailure unfit(String tool, String why) {
        return new DriverFailure(
                Denial.DRIVER_FAILED, "the MCP server of tool '" + tool + "' offers what cannot be pinned: " + why);
    }

    /** SHA-256 of the canonical definition: what a grant names. */
    Blob hash() {
        return canonical.sha256();
    }

    /** A JSON array of canonical definitions, in the server's order. */
    static String array(List<ToolDefinition> definitions) {
        return definitions.stream()
                .map(definition -> new String(definition.canonical().toArray(), StandardCharsets.UTF_8))
                .collect(Collectors.joining(",", "[", "]"));
    }
}
