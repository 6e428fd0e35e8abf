package ambit.drivers;

import ambit.wire.BodyKind;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import java.util.List;
import java.util.Map;

/**
 * Which bodies of calls are kept, as the supervisor describes it to the drivers: the CBOR array of the record's components in their order.
 *
 * @param keep {@link #PARAMETERS}, {@link #RESULTS} and {@link #CONVERSATIONS}, added up
 * @param forMs how long, from the first body of a transaction on
 * @param mostBytes of all bodies together, as they are stored
 * @param rules names of {@link ambit.drivers.redaction.Redaction.Kind}, in lower case
 * @param patterns further rules for redaction: name → RE2 pattern
 * @param agents what counts for an agent's calls instead of {@code keep}
 * @param tools what counts for a tool's calls instead of {@code keep}; with one for the agent, what both have
 */
public record BodiesConfig(
        @Range(to = ALL) long keep,
        @Range long forMs,
        @Range long mostBytes,
        @Max(MAX_RULES) List<String> rules,
        @Max(MAX_RULES) Map<String, @Max(MAX_PATTERN) String> patterns,
        @Max(MAX_NAMES) Map<String, @Range(to = ALL) Long> agents,
        @Max(MAX_NAMES) Map<String, @Range(to = ALL) Long> tools)
        implements Cbor.Message {
    public static final long PARAMETERS = 1;
    public static final long RESULTS = 2;

    /** Parameters and results of model calls. */
    public static final long CONVERSATIONS = 4;

    public static final int ALL = 7;
    public static final int MAX_RULES = 16;
    public static final int MAX_PATTERN = 256;
    public static final int MAX_NAMES = 256;

    /** Nothing is kept. */
    public static final BodiesConfig NONE = new BodiesConfig(0, 0, 0, List.of(), Map.of(), Map.of(), Map.of());

    public BodiesConfig {
        rules = List.copyOf(rules);
        patterns = Map.copyOf(patterns);
        agents = Map.copyOf(agents);
        tools = Map.copyOf(tools);
    }

    /** Whether anything can be kept. */
    boolean keepsAnything() {
        return keep > 0
                || agents.values().stream().anyMatch(bits -> bits > 0)
                || tools.values().stream().anyMatch(bits -> bits > 0);
    }

    /** Whether this body of a call is kept. What memory is read and written by never is: memory has a store of its own. */
    boolean keeps(String agent, String driver, String tool, BodyKind kind) {
        if (driver.equals(ToolConfig.MEMORY)) {
            return false;
        }
        long wanted =
                driver.equals(ToolConfig.OPENAI) ? CONVERSATIONS : kind == BodyKind.PARAMETERS ? PARAMETERS : RESULTS;
        long otherwise = agents.containsKey(agent) || tools.containsKey(tool) ? ALL : keep;
        return (agents.getOrDefault(agent, otherwise) & tools.getOrDefault(tool, otherwise) & wanted) != 0;
    }
}
