package ambit.drivers;

import ambit.authority.Receipt;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a call to a model took: what its server says, or else no less than it can have been. A token is at least one byte of text, so the
 * bytes that went out and came back are as many as its text can have had. What is not text counts as a fixed number, and so does what an
 * answer may have had that was cut off. Nothing is taken before the request goes out, nor by one that the server refuses.
 *
 * <p>Safe for use by several threads.
 */
final class Toll {
    /** Tokens of one picture, recording or file at most, beside the bytes that it has in the request. */
    static final long PART = 65_536;

    /** Tokens of an answer that was cut off, where the request does not say how many it may have. */
    static final long CUT = 4_096;

    /** Kinds of parts of a request that are text; others may be named in few bytes and be large. */
    private static final Set<String> TEXT = Set.of(
            "text",
            "input_text",
            "output_text",
            "refusal",
            "summary_text",
            "reasoning_text",
            "thinking",
            "redacted_thinking",
            "tool_use",
            "tool_result");

    private static final List<String> MOST = List.of("max_tokens", "max_completion_tokens", "max_output_tokens");
    private static final long LARGEST = 1L << 31;

    private final Usage usage = new Usage();
    private Blob request = Blob.EMPTY;
    private long received;
    private boolean whole;

    /** The request begins to go out. */
    synchronized void sent(Blob body) {
        request = body;
    }

    /** The server did not take the request, and so did nothing for it. */
    synchronized void refused() {
        request = Blob.EMPTY;
    }

    /** Bytes of the answer came. */
    synchronized void received(int bytes) {
        received += bytes;
    }

    /** Complete server-sent events of the answer came. */
    synchronized void events(byte[] events) {
        usage.events(events);
    }

    /** All of a streamed answer came. */
    synchronized void ended() {
        whole = true;
    }

    /** All of the answer, in one document. */
    synchronized void document(byte[] json) {
        usage.document(json);
        whole = true;
    }

    /** What it came to until now. What the server said counts where it had said all. */
    synchronized List<Receipt.Meter> meters() {
        long input = 0;
        long output = 0;
        if (!request.equals(Blob.EMPTY)) {
            Json.Obj asked = asked();
            input = request.size() + PART * parts(asked);
            output = whole ? received : Math.max(received, most(asked));
        }
        List<Receipt.Meter> meters = new ArrayList<>(usage.meters());
        least(meters, "input-tokens", input);
        least(meters, "output-tokens", output);
        least(meters, "tokens", input + output);
        return List.copyOf(meters);
    }

    private void least(List<Receipt.Meter> meters, String name, long bound) {
        for (int i = 0; i < meters.size(); i++) {
            if (meters.get(i).name().equals(name)) {
                long said = meters.get(i).amount();
                meters.set(i, new Receipt.Meter(name, whole ? said : Math.max(said, bound)));
                return;
            }
        }
        meters.add(new Receipt.Meter(name, bound));
    }

    /** The request; nothing where it is too large to be read again, which is more bytes than any model takes tokens. */
    private Json.Obj asked() {
        try {
            if (Json.parse(request) instanceof Json.Obj asked) {
                return asked;
            }
        } catch (MalformedException e) {
            // its bytes alone are counted
        }
        return new Json.Obj(Map.of());
    }

    private static long most(Json.Obj asked) {
        long most =
                MOST.stream().mapToLong(name -> amount(asked, name, 0)).max().orElse(0);
        return (most == 0 ? CUT : most) * Math.max(1, amount(asked, "n", 1));
    }

    private static long amount(Json.Obj asked, String name, long otherwise) {
        return asked.members().get(name) instanceof Json.Int(long said) ? Math.clamp(said, 0, LARGEST) : otherwise;
    }

    /** How many of the conversation's parts are no text. */
    private static long parts(Json.Obj asked) {
        return inContents(asked.members().get("messages"))
                + inContents(asked.members().get("input"));
    }

    private static long inContents(@Nullable Json turns) {
        long count = 0;
        if (turns instanceof Json.Arr(List<Json> items)) {
            for (Json item : items) {
                if (item instanceof Json.Obj(Map<String, Json> turn)) {
                    count += inParts(turn.get("content")) + inParts(turn.get("output"));
                }
            }
        }
        return count;
    }

    private static long inParts(@Nullable Json content) {
        long count = 0;
        if (content instanceof Json.Arr(List<Json> items)) {
            for (Json item : items) {
                if (item instanceof Json.Obj(Map<String, Json> part)) {
                    boolean text = part.get("type") instanceof Json.Str(String type) && TEXT.contains(type);
                    // the result of a tool has parts of its own
                    count += (text ? 0 : 1) + inParts(part.get("content"));
                }
            }
        }
        return count;
    }
}
