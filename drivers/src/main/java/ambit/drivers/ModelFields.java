package ambit.drivers;

import ambit.drivers.FieldRule.Address;
import ambit.drivers.FieldRule.ByType;
import ambit.drivers.FieldRule.Derive;
import ambit.drivers.FieldRule.Each;
import ambit.drivers.FieldRule.Members;
import ambit.drivers.FieldRule.OnlyFalse;
import ambit.drivers.FieldRule.Own;
import ambit.drivers.FieldRule.Pass;
import ambit.drivers.FieldRule.Refuse;
import ambit.drivers.FieldRule.Scalar;
import ambit.drivers.FieldRule.Strip;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that a request to a model may say, and what becomes of it. The page docs/reference/conversation.md is written from these tables.
 */
final class ModelFields {
    private static final FieldRule PASS = new Pass();
    private static final FieldRule SCALAR = new Scalar();
    private static final FieldRule ADDRESS = new Address();
    private static final FieldRule FILE = new Refuse("names a file that the provider keeps; send it as file_data");
    private static final FieldRule ITEM_ID =
            new Strip("the provider keeps no item that it could name; the item itself is sent");
    private static final FieldRule SEALED = new Own("reasoning that this transaction was given");

    private static final ByType PARTS = new ByType(types(), "");

    private ModelFields() {}

    /** {@code POST /chat/completions}. */
    static Members chat() {
        Fields fields = common();
        fields.pass(
                "n",
                "stop",
                "max_tokens",
                "max_completion_tokens",
                "presence_penalty",
                "frequency_penalty",
                "logit_bias",
                "logprobs",
                "seed",
                "response_format",
                "functions",
                "function_call",
                "reasoning_effort",
                "modalities",
                "prediction",
                "web_search_options");
        // settings of sampling that vLLM, llama.cpp, SGLang, Ollama and OpenRouter know besides
        fields.pass(
                "top_k",
                "min_p",
                "typical_p",
                "top_a",
                "repeat_penalty",
                "repetition_penalty",
                "length_penalty",
                "min_tokens",
                "ignore_eos",
                "stop_token_ids",
                "skip_special_tokens",
                "grammar",
                "json_schema",
                "guided_json",
                "guided_regex",
                "guided_choice",
                "guided_grammar",
                "chat_template_kwargs",
                "thinking",
                "enable_thinking",
                "think",
                "reasoning",
                "structured_outputs",
                "add_generation_prompt",
                "continue_final_message",
                "mirostat",
                "mirostat_tau",
                "mirostat_eta",
                "random_seed",
                "safe_prompt");
        fields.put("audio", members(Map.of("format", SCALAR, "voice", SCALAR)));
        fields.put(
                "store", new OnlyFalse("would keep the conversation at the provider; leave it out or set it to false"));
        fields.put("messages", new Each(message()));
        fields.put(
                "tools",
                new Each(new ByType(
                        members(Map.of("function", PASS, "custom", PASS)).fields(), "")));
        refuseState(fields);
        conversation(fields, "send the messages themselves");
        return new Members(fields, false);
    }

    /** {@code POST /responses}. */
    static Members responses() {
        Fields fields = common();
        fields.pass(
                "instructions",
                "max_output_tokens",
                "max_tool_calls",
                "include",
                "reasoning",
                "text",
                "truncation",
                "context_management");
        fields.put(
                "store",
                new Own(
                        "whether later requests of this transaction may continue this one; the provider is always told not to store"));
        fields.put("previous_response_id", new Own("a response that this transaction was given"));
        fields.put("input", new Each(item()));
        fields.put("tools", new Each(tool()));
        refuseState(fields);
        fields.put(
                "conversation", new Refuse("names a conversation that the provider keeps; use previous_response_id"));
        fields.put("prompt", new Refuse("names a prompt that the provider keeps; send its text as instructions"));
        return new Members(fields, false);
    }

    private static Fields common() {
        Fields fields = new Fields();
        fields.pass(
                "model",
                "temperature",
                "top_p",
                "top_logprobs",
                "parallel_tool_calls",
                "tool_choice",
                "verbosity",
                "stream",
                "stream_options",
                "service_tier");
        Derive cache = new Derive("a cache that others fill under a name of theirs cannot be asked for by that name");
        fields.put("prompt_cache_key", cache);
        fields.put("cache_salt", cache);
        Derive person = new Derive("a name that the provider keeps a record under");
        fields.put("user", person);
        fields.put("safety_identifier", person);
        fields.put("metadata", new Strip("it is a label of what is stored, and nothing is"));
        fields.put("prompt_cache_retention", new Strip("a cache is not kept longer than the provider does unasked"));
        return fields;
    }

    /** What would name, or leave, state at a provider. All else that is not in the table is refused too, with less to say. */
    private static void refuseState(Fields fields) {
        fields.put(
                "background",
                new OnlyFalse("would go on at the provider after the call; leave it out or set it to false"));
        Refuse stored = new Refuse("names something that the provider keeps; send its content instead");
        for (String name : new String[] {
            "assistant_id",
            "thread_id",
            "run_id",
            "batch_id",
            "file_id",
            "file_ids",
            "input_file_id",
            "attachments",
            "vector_store_ids",
            "tool_resources",
            "container",
            "cached_content",
            "extra_body",
            "session_id"
        }) {
            fields.put(name, stored);
        }
        Refuse slot = new Refuse("names a cache of the provider's that others use too; leave it out");
        for (String name : new String[] {"id_slot", "slot_id", "cache_prompt", "keep_alive", "lora"}) {
            fields.put(name, slot);
        }
    }

    private static void conversation(Fields fields, String instead) {
        Refuse kept = new Refuse("names a conversation that the provider keeps; " + instead);
        fields.put("previous_response_id", kept);
        fields.put("conversation", kept);
    }

    private static FieldRule message() {
        Fields fields = new Fields();
        fields.pass("tool_calls", "function_call", "cache_control");
        fields.put("reasoning_details", new Each(thoughts()));
        fields.scalar(
                "role",
                "name",
                "tool_call_id",
                "refusal",
                "reasoning_content",
                "reasoning",
                "thinking",
                "prefix",
                "partial");
        fields.put("annotations", new Strip("they may name files that the provider keeps"));
        fields.put("audio", new Refuse("names a recording that the provider keeps; send the text instead"));
        fields.put("content", new Each(PARTS));
        return new Members(fields, true);
    }

    /** Of reasoning that an answer told, what can be read: the rest is a text that only the provider opens, perhaps another's. */
    private static ByType thoughts() {
        Strip sealed = new Strip("only the provider can read it");
        Map<String, FieldRule> types = new LinkedHashMap<>();
        types.put("reasoning.summary", thought("summary", sealed));
        types.put("reasoning.text", thought("text", sealed));
        types.put("reasoning.encrypted", sealed);
        return new ByType(types, "");
    }

    private static Members thought(String text, Strip sealed) {
        Fields fields = new Fields();
        fields.scalar("type", "format", "index", text);
        fields.put("id", sealed);
        fields.put("signature", sealed);
        return new Members(fields, true);
    }

    /** The parts of a message, and of what a tool said, of both protocols. */
    static ByType parts() {
        return PARTS;
    }

    private static Map<String, FieldRule> types() {
        Map<String, FieldRule> types = new LinkedHashMap<>();
        for (String text : new String[] {"text", "input_text", "output_text", "summary_text", "reasoning_text"}) {
            types.put(text, part(Map.of("text", SCALAR)));
        }
        types.put("refusal", part(Map.of("refusal", SCALAR)));
        types.put("image_url", part(Map.of("image_url", ADDRESS)));
        types.put("video_url", part(Map.of("video_url", ADDRESS)));
        types.put("audio_url", part(Map.of("audio_url", ADDRESS)));
        types.put("input_audio", part(Map.of("input_audio", members(Map.of("data", SCALAR, "format", SCALAR)))));
        types.put(
                "file",
                part(Map.of("file", members(Map.of("file_data", SCALAR, "filename", SCALAR, "file_id", FILE)))));
        Map<String, FieldRule> image = Map.of("image_url", ADDRESS, "detail", SCALAR, "file_id", FILE);
        types.put("input_image", part(image));
        types.put("computer_screenshot", part(image));
        types.put(
                "input_file",
                part(Map.of(
                        "file_data",
                        SCALAR,
                        "filename",
                        SCALAR,
                        "file_url",
                        ADDRESS,
                        "file_id",
                        FILE,
                        "detail",
                        SCALAR)));
        return types;
    }

    private static FieldRule part(Map<String, FieldRule> own) {
        Fields fields = new Fields();
        fields.scalar("type");
        own.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(it -> fields.put(it.getKey(), it.getValue()));
        fields.put("annotations", new Strip("they may name files that the provider keeps"));
        fields.put("logprobs", new Strip("they were part of an answer"));
        fields.pass("cache_control");
        return new Members(fields, true);
    }

    /** An item of a response's input. */
    static FieldRule item() {
        FieldRule content = new Each(PARTS);
        Map<String, FieldRule> types = new LinkedHashMap<>();
        types.put("message", item(Map.of("role", SCALAR, "content", content, "phase", SCALAR)));
        types.put("function_call", item(Map.of("name", SCALAR, "arguments", SCALAR, "namespace", SCALAR)));
        types.put("function_call_output", item(Map.of("output", content)));
        types.put("custom_tool_call", item(Map.of("name", SCALAR, "input", SCALAR, "namespace", SCALAR)));
        types.put("custom_tool_call_output", item(Map.of("output", content)));
        types.put("apply_patch_call", item(Map.of("operation", PASS)));
        types.put("apply_patch_call_output", item(Map.of("output", SCALAR)));
        types.put("computer_call", item(Map.of("action", PASS, "actions", PASS, "pending_safety_checks", PASS)));
        types.put("computer_call_output", item(Map.of("output", PARTS, "acknowledged_safety_checks", PASS)));
        types.put("web_search_call", item(Map.of("action", PASS)));
        types.put("image_generation_call", item(Map.of("result", SCALAR)));
        types.put("reasoning", item(Map.of("summary", PASS, "content", PASS, "encrypted_content", SEALED)));
        types.put("compaction", item(Map.of("encrypted_content", SEALED)));
        types.put(
                "item_reference",
                members(Map.of(
                        "type", SCALAR, "id", new Own("an item of a response that this transaction was given"))));
        return new ByType(types, "message");
    }

    private static FieldRule item(Map<String, FieldRule> own) {
        Fields fields = new Fields();
        fields.scalar("type");
        fields.put("id", ITEM_ID);
        fields.scalar("call_id", "status");
        own.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(it -> fields.put(it.getKey(), it.getValue()));
        return new Members(fields, true);
    }

    private static FieldRule tool() {
        Map<String, FieldRule> types = new LinkedHashMap<>();
        for (String type : new String[] {
            "function", "custom", "web_search", "web_search_preview", "computer", "computer_use_preview", "apply_patch"
        }) {
            types.put(type, PASS);
        }
        Fields image = new Fields();
        image.scalar(
                "type",
                "action",
                "background",
                "input_fidelity",
                "model",
                "moderation",
                "output_compression",
                "output_format",
                "partial_images",
                "quality",
                "size");
        image.put("input_image_mask", members(Map.of("image_url", ADDRESS, "file_id", FILE)));
        types.put("image_generation", new Members(image, false));
        types.put(
                "file_search", new Refuse("searches vector stores that the provider keeps; use a tool of this kernel"));
        types.put(
                "code_interpreter",
                new Refuse("runs in a container that the provider keeps; use a tool of this kernel"));
        types.put("shell", new Refuse("may run in a container that the provider keeps; use a tool of this kernel"));
        types.put("mcp", new Refuse("has the provider hold a session with a server; use a tool of this kernel"));
        return new ByType(types, "");
    }

    private static Members members(Map<String, FieldRule> fields) {
        Fields sorted = new Fields();
        fields.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(it -> sorted.put(it.getKey(), it.getValue()));
        return new Members(sorted, false);
    }

    /** Rules in the order in which they are written down. */
    private static final class Fields extends LinkedHashMap<String, FieldRule> {
        private static final long serialVersionUID = 1L;

        void pass(String... names) {
            for (String name : names) {
                put(name, PASS);
            }
        }

        void scalar(String... names) {
            for (String name : names) {
                put(name, SCALAR);
            }
        }
    }
}
