package ambit.broker;

import ambit.wire.CoreToBroker.Bound;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The names under which a context's capabilities are MCP tools: the operation, {@code <tool>_<operation>} where two tools have
 * the same one. A capability is an MCP tool if it was granted with a definition.
 */
final class McpTools {
    private McpTools() {}

    static Map<String, Bound> of(List<Bound> capabilities) {
        List<Bound> tools = capabilities.stream()
                .filter(it -> it.kind() == Bound.TOOL && !it.definition().isEmpty() && !OpenAiDoor.isModel(it))
                .toList();
        Map<String, Long> seen =
                tools.stream().collect(Collectors.groupingBy(McpTools::operation, Collectors.counting()));
        Map<String, Bound> named = new LinkedHashMap<>();
        for (Bound tool : tools) {
            String operation = operation(tool);
            boolean unique = seen.getOrDefault(operation, 0L) == 1;
            named.putIfAbsent(unique ? operation : tool.name().replaceFirst("\\.", "_"), tool);
        }
        return named;
    }

    private static String operation(Bound capability) {
        return capability.name().substring(capability.name().indexOf('.') + 1);
    }
}
