package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A request of the Responses API. The provider is told not to store; what {@code previous_response_id} means is kept in the context's
 * {@link Conversation} and sent along, as the provider would have put it before the model. All names in the answer, of responses and of
 * items, are made for this context, and reasoning that the provider has sealed is sealed again under such a name.
 */
final class ResponseSpeech implements Speech {
    private static final FieldRule.Members FIELDS = ModelFields.responses();
    private static final FieldRule ITEM = ModelFields.item();
    private static final String REASONING = "reasoning.encrypted_content";

    /** What an answer repeats of the request, in the guest's words. */
    private static final List<String> ECHOES = List.of("user", "safety_identifier", "prompt_cache_key", "metadata");

    private final String tool;
    private final Conversation conversation;
    private final Json.Obj asked;
    private final Json.Obj request;
    private final Optional<Conversation.Turn> before;
    private final List<Json> said;
    private final boolean keeps;
    private final Consumer<String> stored;
    private final Map<String, String> names = new HashMap<>();

    private ResponseSpeech(Json.Obj asked, ModelPolicy policy, Conversation conversation, Consumer<String> stored)
            throws DriverFailure {
        RequestFilter filter = new RequestFilter(policy, conversation);
        this.tool = policy.tool();
        this.conversation = conversation;
        this.asked = asked;
        this.stored = stored;
        this.keeps = keeps(asked.members().get("store"));
        this.before = before(asked.members().get("previous_response_id"));
        this.said = said(asked.members().get("input"));
        this.request = request(filter);
    }

    /**
     * What of the request goes out.
     *
     * @param stored is told the provider's name of a response that it did not say it has not stored
     */
    static ResponseSpeech of(Blob params, ModelPolicy policy, Conversation conversation, Consumer<String> stored)
            throws DriverFailure {
        Json.Obj asked = ChatSpeech.object(params, "responses");
        if (keeps(asked.members().get("store"))) {
            conversation.requireRoom();
        }
        return new ResponseSpeech(asked, policy, conversation, stored);
    }

    private static boolean keeps(@Nullable Json store) throws DriverFailure {
        return switch (store) {
            case null -> true;
            case Json.Null _ -> true;
            case Json.Bool(boolean keep) -> keep;
            default -> throw RequestFilter.refusal("store", "is either true or false");
        };
    }

    private Optional<Conversation.Turn> before(@Nullable Json name) throws DriverFailure {
        if (name == null || name instanceof Json.Null) {
            return Optional.empty();
        }
        Optional<Conversation.Turn> turn =
                name instanceof Json.Str(String own) ? conversation.turn(tool, own) : Optional.empty();
        if (turn.isEmpty()) {
            throw RequestFilter.unknownName("previous_response_id");
        }
        return turn;
    }

    /** The items of this request, references among them replaced by what they name. */
    private List<Json> said(@Nullable Json input) throws DriverFailure {
        return switch (input) {
            case null -> List.of();
            case Json.Null _ -> List.of();
            case Json.Str text ->
                List.of(object(Map.of("type", new Json.Str("message"), "role", new Json.Str("user"), "content", text)));
            case Json.Arr(List<Json> items) -> {
                List<Json> meant = new ArrayList<>();
                for (Json item : items) {
                    meant.add(meant(item));
                }
                yield meant;
            }
            default -> throw RequestFilter.refusal("input", "is neither a text nor a list");
        };
    }

    private Json meant(Json item) throws DriverFailure {
        if (!(item instanceof Json.Obj(Map<String, Json> members))) {
            throw RequestFilter.refusal("input", "holds something that is no object");
        }
        if (!new Json.Str("item_reference").equals(members.get("type"))) {
            return item;
        }
        Optional<Blob> named =
                members.get("id") instanceof Json.Str(String own) ? conversation.item(tool, own) : Optional.empty();
        return kept(named.orElseThrow(() -> RequestFilter.unknownName("input.id")));
    }

    private Json.Obj request(RequestFilter filter) throws DriverFailure {
        Map<String, Json> out = new LinkedHashMap<>();
        for (Map.Entry<String, Json> field : asked.members().entrySet()) {
            switch (field.getKey()) {
                case "store", "previous_response_id", "input" -> {}
                default ->
                    filter.apply(filter.ruleOf(FIELDS, field.getKey()), field.getValue(), Foreign.quote(field.getKey()))
                            .ifPresent(value -> out.put(field.getKey(), value));
            }
        }
        input(filter).ifPresent(input -> out.put("input", input));
        out.put("store", new Json.Bool(false));
        if (out.get("reasoning") instanceof Json.Obj) {
            // a provider that stores nothing knows its own reasoning again only so
            out.put("include", withReasoning(out.get("include")));
        }
        return new Json.Obj(out);
    }

    private Optional<Json> input(RequestFilter filter) throws DriverFailure {
        if (before.isEmpty() && !(asked.members().get("input") instanceof Json.Arr)) {
            return Optional.ofNullable(asked.members().get("input"));
        }
        List<Json> all = new ArrayList<>();
        for (Blob item : before.map(Conversation.Turn::all).orElse(List.of())) {
            add(filter, kept(item), all);
        }
        for (Json item : said) {
            add(filter, item, all);
        }
        return Optional.of(new Json.Arr(all));
    }

    private static Json kept(Blob item) throws DriverFailure {
        try {
            return Json.parse(item);
        } catch (MalformedException e) {
            throw new DriverFailure(
                    Denial.TOO_LARGE,
                    "an item of this conversation is too large to be sent again; send it with the request",
                    e);
        }
    }

    private static void add(RequestFilter filter, Json item, List<Json> all) throws DriverFailure {
        Optional<Json> out = filter.apply(ITEM, item, "input");
        // reasoning without its sealed text was only a name of what the provider kept
        out.filter(it -> !(it instanceof Json.Obj(Map<String, Json> members)
                        && new Json.Str("reasoning").equals(members.get("type"))
                        && !members.containsKey("encrypted_content")))
                .ifPresent(all::add);
    }

    private static Json withReasoning(@Nullable Json include) {
        List<Json> all = new ArrayList<>(include instanceof Json.Arr(List<Json> items) ? items : List.of());
        Json wanted = new Json.Str(REASONING);
        if (!all.contains(wanted)) {
            all.add(wanted);
        }
        return new Json.Arr(all);
    }

    @Override
    public String path() {
        return "/responses";
    }

    @Override
    public Blob body() {
        return JsonText.encode(request);
    }

    @Override
    public boolean isStreamed() {
        return new Json.Bool(true).equals(request.members().get("stream"));
    }

    @Override
    public byte[] whole(byte[] answer) throws DriverFailure {
        if (answer.length > Json.MAX_BYTES) {
            throw new DriverFailure(
                    Denial.TOO_LARGE, "the response has more than the 1 MiB that it may have; ask for less");
        }
        Json.Obj response = response(parsed(Blob.of(answer)));
        keep(response);
        return JsonText.encode(response).toArray();
    }

    @Override
    public byte[] events(byte[] events) throws DriverFailure {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String event : new String(events, StandardCharsets.UTF_8).split("(?:\r\n\r\n|\n\n|\r\r)", -1)) {
            String data = event.lines()
                    .filter(line -> line.startsWith("data:"))
                    .map(line -> line.substring(line.startsWith("data: ") ? 6 : 5))
                    .collect(Collectors.joining("\n"));
            if (data.isEmpty()) {
                continue;
            }
            // Ids of events are for resuming a stream, which nobody can do here.
            event.lines()
                    .filter(line -> line.startsWith("event:"))
                    .forEach(line -> out.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8)));
            String told = data.strip().equals("[DONE]") ? data.strip() : event(data);
            out.writeBytes(("data: " + told + "\n\n").getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private String event(String data) throws DriverFailure {
        Json.Obj event = parsed(Blob.of(data.getBytes(StandardCharsets.UTF_8)));
        Map<String, Json> out = new LinkedHashMap<>(event.members());
        for (String name : List.of("item_id", "response_id")) {
            out.computeIfPresent(name, (_, id) -> own(id));
        }
        out.computeIfPresent("item", (_, item) -> item(item));
        if (out.get("response") instanceof Json.Obj told) {
            Json.Obj response = response(told);
            out.put("response", response);
            if (event.members().get("type") instanceof Json.Str(String type)
                    && (type.equals("response.completed") || type.equals("response.incomplete"))) {
                keep(response);
            }
        }
        return new String(JsonText.encode(new Json.Obj(out)).toArray(), StandardCharsets.UTF_8);
    }

    private static Json.Obj parsed(Blob json) throws DriverFailure {
        try {
            if (Json.parse(json) instanceof Json.Obj object) {
                return object;
            }
        } catch (MalformedException e) {
            throw new DriverFailure(
                    Denial.DRIVER_FAILED,
                    "the model server answered with something that is not strict JSON (" + e.getMessage()
                            + "), so the names in it cannot be told from words; see its own log",
                    e);
        }
        throw new DriverFailure(
                Denial.DRIVER_FAILED,
                "the model server answered with something that is not an object; see its own log");
    }

    private Json.Obj response(Json.Obj response) {
        Map<String, Json> out = new LinkedHashMap<>(response.members());
        if (!new Json.Bool(false).equals(out.get("store"))
                && out.get("id") instanceof Json.Str(String id)
                && !names.containsKey(id)) {
            stored.accept(id);
        }
        out.computeIfPresent("id", (_, id) -> own(id));
        out.computeIfPresent("store", (_, _) -> new Json.Bool(keeps));
        out.computeIfPresent(
                "previous_response_id", (name, _) -> asked.members().getOrDefault(name, new Json.Null()));
        for (String echo : ECHOES) {
            out.computeIfPresent(echo, (name, none) -> asked.members().getOrDefault(name, none));
        }
        out.remove("conversation");
        if (out.get("output") instanceof Json.Arr(List<Json> items)) {
            out.put("output", new Json.Arr(items.stream().map(this::item).toList()));
        }
        return new Json.Obj(out);
    }

    private Json item(Json item) {
        if (!(item instanceof Json.Obj(Map<String, Json> members))) {
            return item;
        }
        Map<String, Json> out = new LinkedHashMap<>(members);
        out.computeIfPresent("id", (_, id) -> own(id));
        out.computeIfPresent(
                "encrypted_content",
                (_, text) -> text instanceof Json.Str(String blob)
                        ? new Json.Str(names.computeIfAbsent("sealed " + blob, _ -> conversation.seal(tool, blob)))
                        : text);
        return new Json.Obj(out);
    }

    /** The context's name for the provider's, the same throughout one answer. */
    private Json own(Json id) {
        return id instanceof Json.Str(String foreign)
                ? new Json.Str(names.computeIfAbsent(foreign, Conversation::fresh))
                : id;
    }

    private void keep(Json.Obj response) {
        if (keeps && response.members().get("id") instanceof Json.Str(String own)) {
            List<Json> items = new ArrayList<>(said);
            if (response.members().get("output") instanceof Json.Arr(List<Json> output)) {
                items.addAll(output);
            }
            conversation.keep(tool, own, before, items);
        }
    }

    private static Json object(Map<String, Json> members) {
        Map<String, Json> sorted = new LinkedHashMap<>();
        for (String name : List.of("type", "role", "content")) {
            sorted.put(name, members.getOrDefault(name, new Json.Null()));
        }
        return new Json.Obj(sorted);
    }
}
