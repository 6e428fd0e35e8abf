package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tools of a request to a model that its provider carries out, such as a web search: what they find is in the answer. */
final class HostedTools {
    /** Tools that whoever asks carries out. */
    private static final Set<String> ASKERS =
            Set.of("function", "custom", "computer", "computer_use_preview", "apply_patch");

    private HostedTools() {}

    /** Whether the model may use one; also where that cannot be told. */
    static boolean mayBeUsed(Blob params) {
        try {
            return !(Json.parse(params) instanceof Json.Obj(Map<String, Json> members))
                    || isThere(members.get("web_search_options"))
                    || (isThere(members.get("tools")) && !areAskers(members.get("tools")));
        } catch (MalformedException e) {
            return true;
        }
    }

    private static boolean isThere(@org.jspecify.annotations.Nullable Json member) {
        return member != null && !(member instanceof Json.Null);
    }

    private static boolean areAskers(@org.jspecify.annotations.Nullable Json tools) {
        return tools instanceof Json.Arr(List<Json> items) && items.stream().allMatch(HostedTools::isAskers);
    }

    private static boolean isAskers(Json tool) {
        return tool instanceof Json.Obj(Map<String, Json> members)
                && members.get("type") instanceof Json.Str(String type)
                && ASKERS.contains(type);
    }
}
