package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An HTTP API. What goes out is the request that was decided on, to the one host that {@code ambit.yaml} names, with the credential
 * added; the credential is taken out of what comes back. Redirects are answers like others: they are not followed.
 */
final class HttpTool implements Effect, Offer {
    private static final String READ = "read";
    private static final String REQUEST = "request";
    private static final List<String> READING = List.of("GET", "HEAD");

    /** What a caller may always say of a request; it names neither a caller nor a host nor the end of a message. */
    private static final Set<String> USUAL = Set.of(
            "accept",
            "accept-language",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-unmodified-since",
            "prefer");

    /** What a caller learns of an answer besides its body: above all no cookies. */
    private static final Set<String> TOLD = Set.of(
            "allow", "content-language", "content-type", "etag", "last-modified", "link", "location", "retry-after");

    private final ToolConfig.Http config;
    private final Optional<Credential> credential;
    private final Scrubber scrubber;
    private final HttpSending sending;
    private final Set<String> headers;
    private final Map<String, ToolDefinition> definitions = new LinkedHashMap<>();

    HttpTool(ToolConfig.Http config, Optional<Credential> credential) throws DriverFailure {
        this(config, credential, new HttpSending(config));
    }

    HttpTool(ToolConfig.Http config, Optional<Credential> credential, HttpSending sending) throws DriverFailure {
        this.config = config;
        this.credential = credential;
        this.sending = sending;
        this.scrubber = new Scrubber(credential.stream()
                .flatMap(it -> config.sendsAs().equals("basic") ? it.withParts() : Stream.of(it))
                .toList());
        Set<String> allowed = new LinkedHashSet<>(USUAL);
        allowed.addAll(config.headers());
        allowed.remove(config.place().toLowerCase(Locale.ROOT));
        this.headers = Set.copyOf(allowed);
        define(READ, "Reads from", READING);
        if (!config.methods().isEmpty()) {
            define(REQUEST, "Makes a request to", config.methods());
        }
    }

    private void define(String operation, String does, List<String> methods) throws DriverFailure {
        Map<String, Json> properties = new LinkedHashMap<>();
        properties.put(
                "method",
                new Json.Obj(Map.of(
                        "enum",
                        new Json.Arr(methods.stream().<Json>map(Json.Str::new).toList()))));
        properties.put("path", string("Begins with a slash; below the address."));
        properties.put("query", string("Without the question mark, escaped."));
        properties.put("headers", new Json.Obj(Map.of("type", new Json.Str("object"))));
        if (operation.equals(REQUEST)) {
            properties.put("body", string("UTF-8 text."));
            properties.put("bodyBase64", string("Any bytes, instead of a body."));
        }
        Json schema = new Json.Obj(Map.of(
                "type",
                new Json.Str("object"),
                "properties",
                new Json.Obj(properties),
                "required",
                new Json.Arr(List.of(new Json.Str("method"), new Json.Str("path"))),
                "additionalProperties",
                new Json.Bool(false)));
        Json definition = new Json.Obj(Map.of(
                "name",
                new Json.Str(operation),
                "description",
                new Json.Str(does + " the HTTP API at " + config.endpoint() + "; the credential is added outside."),
                "inputSchema",
                schema));
        definitions.put(operation, ToolDefinition.parse(config.name(), CanonicalJson.encode(definition)));
    }

    private static Json string(String description) {
        return new Json.Obj(Map.of("type", new Json.Str("string"), "description", new Json.Str(description)));
    }

    @Override
    public List<ToolDefinition> discover(Cancellation cancellation) {
        return List.copyOf(definitions.values());
    }

    @Override
    public Answer perform(Call call, Sink sink, Cancellation cancellation) throws DriverFailure {
        requireDefinition(call);
        HttpCall request = HttpCall.parse(call.params());
        requireAllowed(call.operation(), request);
        Map<String, String> sent = new LinkedHashMap<>(request.headers());
        String query = request.query();
        if (credential.isPresent()) {
            String secret = credential.get().reveal();
            switch (config.sendsAs()) {
                case "bearer" -> sent.put("Authorization", "Bearer " + secret);
                case "basic" ->
                    sent.put(
                            "Authorization",
                            "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.US_ASCII)));
                case "header" -> sent.put(config.place(), secret);
                case "query" -> query = HttpSending.withParameter(query, config.place(), secret);
                default -> throw new DriverFailure(Denial.INTERNAL, "a credential goes out in no known way");
            }
        }
        long most = Math.min(config.limits().maxWhole(), call.maxBytes());
        HttpSending.Reply reply = sending.send(
                new HttpSending.Request(request.method(), request.path(), query, sent, request.body()),
                most,
                cancellation);
        Blob result = CanonicalJson.encode(told(reply));
        if (result.size() > most) {
            throw HttpSending.tooLarge(config.name(), most);
        }
        return new Answer(200, result);
    }

    private void requireDefinition(Call call) throws DriverFailure {
        ToolDefinition now = definitions.get(call.operation());
        if (now == null) {
            throw new DriverFailure(
                    Denial.UNKNOWN_TOOL,
                    "the API '" + config.name() + "' has no operation '" + Foreign.quote(call.operation())
                            + "'; it has " + definitions.keySet());
        }
        if (!call.definition().equals(now.hash())) {
            throw new DriverFailure(
                    Denial.TOOL_CHANGED,
                    "'" + config.name() + "." + call.operation()
                            + "' is not what was granted; look at what it is in ambit.yaml, then 'ambit grant PRINCIPAL AGENT'");
        }
    }

    private void requireAllowed(String operation, HttpCall request) throws DriverFailure {
        List<String> methods = operation.equals(READ) ? READING : config.methods();
        if (!methods.contains(request.method())) {
            throw HttpCall.malformed("'" + config.name() + "." + operation + "' has no method '"
                    + Foreign.quote(request.method()) + "'; it has " + methods);
        }
        if (READING.contains(request.method()) && !request.body().isEmpty()) {
            throw HttpCall.malformed("a request that reads has no body");
        }
        for (String header : request.headers().keySet()) {
            if (!headers.contains(header)) {
                throw HttpCall.malformed("callers of '" + config.name() + "' may not set the header '"
                        + Foreign.quote(header) + "'; 'headers' of the tool in ambit.yaml can name more");
            }
        }
        if (config.sendsAs().equals("query")) {
            for (String parameter : request.query().split("[&;]", -1)) {
                String name = URLDecoder.decode(parameter.split("=", 2)[0], StandardCharsets.UTF_8);
                if (name.strip().equalsIgnoreCase(config.place())) {
                    throw HttpCall.malformed("the parameter '" + config.place() + "' of '" + config.name()
                            + "' is for the credential; leave it out");
                }
            }
        }
    }

    private Json told(HttpSending.Reply reply) {
        Map<String, Json> shown = new LinkedHashMap<>();
        reply.headers().forEach((name, value) -> {
            if (TOLD.contains(name)) {
                shown.put(name, new Json.Str(scrubber.clean(value)));
            }
        });
        byte[] body = scrubber.clean(reply.body().toArray());
        Map<String, Json> result = new LinkedHashMap<>();
        result.put("status", new Json.Int(reply.status()));
        result.put("headers", new Json.Obj(shown));
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            result.put("body", new Json.Str(text));
        } catch (CharacterCodingException e) {
            result.put("bodyBase64", new Json.Str(Base64.getEncoder().encodeToString(body)));
        }
        return new Json.Obj(result);
    }
}
