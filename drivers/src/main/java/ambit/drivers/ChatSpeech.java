package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A chat completion. It carries its whole conversation, so nothing needs to be kept for it; {@code store: false} is added, because
 * some providers store what does not say so. Answers are passed on as they are: nothing takes the id that they have.
 */
final class ChatSpeech implements Speech {
    private static final FieldRule.Members FIELDS = ModelFields.chat();

    private final Json.Obj request;
    private final boolean saysStore;

    private ChatSpeech(Json.Obj request, boolean saysStore) {
        this.request = request;
        this.saysStore = saysStore;
    }

    /** @param sayStore false for a server that is known to refuse a request with the field {@code store} */
    static ChatSpeech of(Blob params, RequestFilter filter, boolean sayStore) throws DriverFailure {
        Map<String, Json> out = new LinkedHashMap<>();
        for (Map.Entry<String, Json> field : object(params, "chat").members().entrySet()) {
            filter.apply(filter.ruleOf(FIELDS, field.getKey()), field.getValue(), Foreign.quote(field.getKey()))
                    .ifPresent(value -> out.put(field.getKey(), value));
        }
        out.remove("store");
        if (sayStore) {
            out.put("store", new Json.Bool(false));
        }
        return new ChatSpeech(new Json.Obj(out), sayStore);
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
        return JsonText.encode(request);
    }

    @Override
    public boolean isStreamed() {
        return new Json.Bool(true).equals(request.members().get("stream"));
    }

    /** Without {@code store}: a server that does not know the field, and so refuses it, stores nothing by it. */
    @Override
    public Optional<Blob> without(int status, String reason) {
        if (!saysStore || (status != 400 && status != 422) || !reason.contains("store")) {
            return Optional.empty();
        }
        Map<String, Json> fewer = new LinkedHashMap<>(request.members());
        fewer.remove("store");
        return Optional.of(JsonText.encode(new Json.Obj(fewer)));
    }

    @Override
    public byte[] whole(byte[] answer) {
        return answer;
    }

    @Override
    public byte[] events(byte[] events) {
        return events;
    }
}
