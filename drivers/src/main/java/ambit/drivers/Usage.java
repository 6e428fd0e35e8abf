package ambit.drivers;

import ambit.authority.Receipt;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tokens that a model's answer says it took ({@code usage} of the OpenAI protocol), of a whole answer or of the events of a streamed
 * one; a server sends them in a stream where the request has {@code stream_options: {include_usage: true}}. Where it says
 * nothing, {@link Toll} knows a bound. Used by one thread at a time.
 */
final class Usage {
    private static final Map<String, String> METERS = Map.of(
            "prompt_tokens",
            "input-tokens",
            "input_tokens",
            "input-tokens",
            "completion_tokens",
            "output-tokens",
            "output_tokens",
            "output-tokens",
            "total_tokens",
            "tokens");

    private List<Receipt.Meter> meters = List.of();

    /** Looks at complete server-sent events. */
    void events(byte[] events) {
        for (String line : new String(events, StandardCharsets.UTF_8).split("\\R", -1)) {
            if (line.startsWith("data:") && line.contains("\"usage\"")) {
                document(line.substring("data:".length()).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /** Looks at one JSON document. */
    void document(byte[] json) {
        try {
            if (Json.parse(Blob.of(json)) instanceof Json.Obj(Map<String, Json> document)) {
                // an event of the Responses API carries the response, and the usage in it
                Map<String, Json> answer =
                        document.get("response") instanceof Json.Obj(Map<String, Json> response) ? response : document;
                if (answer.get("usage") instanceof Json.Obj(Map<String, Json> usage)) {
                    meters = meters(usage);
                }
            }
        } catch (MalformedException e) {
            // what cannot be read meters nothing
        }
    }

    private static List<Receipt.Meter> meters(Map<String, Json> usage) {
        Map<String, Receipt.Meter> meters = new TreeMap<>();
        METERS.forEach((name, meter) -> {
            if (usage.get(name) instanceof Json.Int(long amount) && amount >= 0) {
                // a server that says both of the two words for one thing is believed the larger
                meters.merge(
                        meter, new Receipt.Meter(meter, amount), (one, two) -> one.amount() > two.amount() ? one : two);
            }
        });
        return List.copyOf(meters.values());
    }

    List<Receipt.Meter> meters() {
        return meters;
    }
}
