package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A chat completion. It carries its whole conversation, so nothing needs to be kept for it; what is added to it is {@link ChatAdditions}.
 * Answers are passed on as they are, since nothing takes the id that they have, but for the event that says what a stream took, where
 * the guest had not asked for it.
 */
final class ChatSpeech implements Speech {
    private static final FieldRule.Members FIELDS = ModelFields.chat();
    private static final String OPTIONS = "stream_options";
    private static final String INCLUDE = "include_usage";
    private static final Json TRUE = new Json.Bool(true);

    private final Json.Obj asked;
    private final ChatAdditions additions;
    private boolean addsStore;
    private boolean addsUsage;

    private ChatSpeech(Json.Obj asked, ChatAdditions additions) {
        this.asked = asked;
        this.additions = additions;
        this.addsStore = additions.store();
        this.addsUsage = additions.usage() && isStreamed() && !asksForUsage();
    }

    static ChatSpeech of(Blob params, RequestFilter filter, ChatAdditions additions) throws DriverFailure {
        Map<String, Json> out = new LinkedHashMap<>();
        for (Map.Entry<String, Json> field : object(params, "chat").members().entrySet()) {
            filter.apply(filter.ruleOf(FIELDS, field.getKey()), field.getValue(), Foreign.quote(field.getKey()))
                    .ifPresent(value -> out.put(field.getKey(), value));
        }
        out.remove("store");
        return new ChatSpeech(new Json.Obj(out), additions);
    }

    static Json.Obj object(Blob params, String what) throws DriverFailure {
        try {
            if (Json.parse(params) instanceof Json.Obj request) {
                return request;
            }
        } catch (MalformedException e) {
            throw new DriverFailure(
                    Denial.MALFORMED, "the " + what + " request is not strict JSON: " + e.getMessage(), e);
        }
        throw new DriverFailure(Denial.MALFORMED, "a " + what + " request is a JSON object");
    }

    @Override
    public String path() {
        return "/chat/completions";
    }

    @Override
    public Blob body() {
        Map<String, Json> out = new LinkedHashMap<>(asked.members());
        if (addsStore) {
            out.put("store", new Json.Bool(false));
        }
        if (addsUsage) {
            Map<String, Json> options = new LinkedHashMap<>(options());
            options.put(INCLUDE, TRUE);
            out.put(OPTIONS, new Json.Obj(options));
        }
        return JsonText.encode(new Json.Obj(out));
    }

    @Override
    public boolean isStreamed() {
        return TRUE.equals(asked.members().get("stream"));
    }

    /** What is no object goes out as it is, and is the server's to refuse. */
    private boolean asksForUsage() {
        return switch (asked.members().get(OPTIONS)) {
            case null -> false;
            case Json.Null _ -> false;
            case Json.Obj _ -> TRUE.equals(options().get(INCLUDE));
            default -> true;
        };
    }

    private Map<String, Json> options() {
        return asked.members().get(OPTIONS) instanceof Json.Obj(Map<String, Json> options) ? options : Map.of();
    }

    /** A server that does not know the field {@code store}, and so refuses it, stores nothing by it. */
    @Override
    public boolean takesBack(int status, String reason) {
        boolean ofStore = addsStore && reason.contains("store");
        boolean ofUsage = addsUsage && (reason.contains(OPTIONS) || reason.contains(INCLUDE));
        if ((status != 400 && status != 422) || !(ofStore || ofUsage)) {
            return false;
        }
        addsStore &= !ofStore;
        addsUsage &= !ofUsage;
        return true;
    }

    /** The requests differ in what was taken back alone, so it was that which the server would not take. */
    @Override
    public void accepted() {
        if (!addsStore) {
            additions.leaveOutStore();
        }
        if (!addsUsage && isStreamed() && !asksForUsage()) {
            additions.leaveOutUsage();
        }
    }

    @Override
    public byte[] whole(byte[] answer) {
        return answer;
    }

    @Override
    public byte[] events(byte[] events) {
        if (!addsUsage) {
            return events;
        }
        // Each byte is one character here, and the pieces joined are the events.
        String all = new String(events, StandardCharsets.ISO_8859_1);
        if (!all.contains("\"usage\"")) {
            return events;
        }
        StringBuilder told = new StringBuilder();
        for (String event : all.split("(?<=\r\n\r\n|\n\r\n|\n\n|\r\r)", -1)) {
            if (!saysOnlyUsage(event)) {
                told.append(event);
            }
        }
        return told.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean saysOnlyUsage(String event) {
        String data = event.lines()
                .filter(line -> line.startsWith("data:"))
                .map(line -> line.substring("data:".length()))
                .collect(Collectors.joining("\n"));
        try {
            return Json.parse(Blob.of(data.getBytes(StandardCharsets.ISO_8859_1)))
                            instanceof Json.Obj(Map<String, Json> chunk)
                    && chunk.get("usage") instanceof Json.Obj
                    && chunk.get("choices") instanceof Json.Arr(List<Json> choices)
                    && choices.isEmpty();
        } catch (MalformedException e) {
            return false;
        }
    }
}
