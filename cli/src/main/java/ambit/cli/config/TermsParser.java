package ambit.cli.config;

import ambit.cli.text.JsonText;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads what the memory driver is to demand of a memory's keys and values, and writes it as a grant carries it: JSON with its members in
 * order, so that the same terms are the same bytes.
 */
final class TermsParser {
    static final List<String> FIELDS =
            List.of("keys", "schema", "value-at-most", "entries", "lifetime", "commit", "review", "quotes");

    /** No terms at all. */
    static final Blob NONE = Blob.EMPTY;

    private static final Pattern KEYS = Pattern.compile("[^\\x00-\\x1f\\x7f]{1,512}");
    private static final Pattern COMMIT = Pattern.compile("all|entries");
    private static final Pattern PATH = Pattern.compile("[^\\x00-\\x1f\\x7f]{1,1024}");
    private static final int MOST_PATTERNS = 64;
    private static final long MOST_ENTRIES = 1_000_000_000L;

    private final Problems problems;
    private final Optional<Path> directory;

    TermsParser(Problems problems, Optional<Path> directory) {
        this.problems = problems;
        this.directory = directory;
    }

    Blob terms(Node.Entry memory, Fields fields) {
        Map<String, Json> terms = new TreeMap<>();
        fields.optional("keys").map(node -> keys(fields, node)).ifPresent(it -> terms.put("keys", JsonText.of(it)));
        fields.optional("schema").flatMap(this::schema).ifPresent(it -> terms.put("schema", it));
        fields.optional("value-at-most")
                .flatMap(node -> fields.quantity(node, Quantity::bytes, Quantity.SIZE_EXAMPLE))
                .ifPresent(it -> terms.put("value-bytes", new Json.Int(it)));
        fields.optional("entries")
                .map(node -> fields.count(node, 1, MOST_ENTRIES))
                .ifPresent(it -> it.ifPresent(count -> terms.put("entries", new Json.Int(count))));
        fields.optional("lifetime")
                .flatMap(node -> seconds(fields, node))
                .ifPresent(it -> terms.put("lifetime-seconds", new Json.Int(it)));
        fields.optional("commit")
                .flatMap(node -> fields.text(node, COMMIT, "all or entries"))
                .ifPresent(it -> terms.put("commit", new Json.Str(it)));
        for (String flag : List.of("review", "quotes")) {
            fields.optional(flag)
                    .flatMap(fields::flag)
                    .filter(it -> it)
                    .ifPresent(it -> terms.put(flag, new Json.Bool(it)));
        }
        if (terms.isEmpty()) {
            return NONE;
        }
        Blob json = Blob.of(JsonText.write(new Json.Obj(terms)).getBytes(StandardCharsets.UTF_8));
        if (json.size() > Limits.TERMS) {
            problems.error(
                    memory.at(),
                    "what is demanded of '" + memory.key() + "' has " + json.size()
                            + " bytes as JSON, and a grant takes " + Limits.TERMS,
                    "make its schema smaller");
            return NONE;
        }
        return json;
    }

    /** Patterns, or one. */
    private List<String> keys(Fields fields, Node node) {
        List<String> keys = node instanceof Node.Sequence
                ? List.copyOf(fields.names(node, KEYS, "pattern of keys"))
                : fields.text(node, KEYS, "a pattern of keys").stream().toList();
        if (node instanceof Node.Sequence(Position at, List<Node> items)
                && (items.isEmpty() || items.size() > MOST_PATTERNS)) {
            problems.error(at, "'keys' has 1 to " + MOST_PATTERNS + " patterns", "leave it out to allow every key");
        }
        return keys;
    }

    private Optional<Long> seconds(Fields fields, Node node) {
        Optional<Duration> time = fields.quantity(node, Quantity::duration, Quantity.TIME_EXAMPLE);
        if (time.isPresent() && time.get().toMillis() % 1000 != 0) {
            problems.error(node.at(), "'lifetime' is counted in whole seconds", "for example 'lifetime: 30 d'");
            return Optional.empty();
        }
        return time.map(Duration::toSeconds);
    }

    /** A schema as it stands here, or the name of a file that holds one as JSON. */
    private Optional<Json> schema(Node node) {
        return switch (node) {
            case Node.Mapping mapping -> Optional.of(json(mapping));
            case Node.Text(Position at, String path) when PATH.matcher(path).matches() -> file(at, path);
            default -> {
                problems.error(
                        node.at(),
                        "expected a JSON Schema or the path of a file with one, not " + node.kind(),
                        "for example 'schema: {type: string, maxLength: 2000}'");
                yield Optional.empty();
            }
        };
    }

    private Optional<Json> file(Position at, String path) {
        Path file = directory.map(it -> it.resolve(path)).orElse(Path.of(path));
        if (directory.isEmpty() || !Files.isRegularFile(file)) {
            problems.error(at, "there is no file " + file + " with a schema", "the path is relative to ambit.yaml");
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            // What is larger is too large in any case; what is written densely may be smaller.
            Json schema = Json.parse(Blob.of(in.readNBytes(Json.MAX_BYTES + 1)));
            if (schema instanceof Json.Obj) {
                return Optional.of(ordered(schema));
            }
            problems.error(at, "the schema in " + Fields.shortened(path) + " is no JSON object", "");
        } catch (MalformedException e) {
            problems.error(at, "the schema in " + Fields.shortened(path) + " is no JSON: " + e.getMessage(), "");
        } catch (IOException e) {
            problems.error(at, "the schema in " + file + " cannot be read", "see who owns it");
        }
        return Optional.empty();
    }

    private static Json json(Node node) {
        return switch (node) {
            case Node.Text text -> new Json.Str(text.value());
            case Node.Whole whole -> new Json.Int(whole.value());
            case Node.Decimal decimal ->
                new Json.Dec(
                        new BigDecimal(decimal.value()).stripTrailingZeros().toString());
            case Node.Flag flag -> new Json.Bool(flag.value());
            case Node.Nothing _ -> new Json.Null();
            case Node.Sequence list ->
                new Json.Arr(list.items().stream().map(TermsParser::json).toList());
            case Node.Mapping mapping -> {
                Map<String, Json> members = new TreeMap<>();
                mapping.entries().forEach(entry -> members.put(entry.key(), json(entry.value())));
                yield new Json.Obj(members);
            }
        };
    }

    private static Json ordered(Json value) {
        return switch (value) {
            case Json.Obj(Map<String, Json> members) -> {
                Map<String, Json> sorted = new LinkedHashMap<>();
                new TreeMap<>(members).forEach((name, member) -> sorted.put(name, ordered(member)));
                yield new Json.Obj(sorted);
            }
            case Json.Arr(List<Json> items) ->
                new Json.Arr(items.stream().map(TermsParser::ordered).toList());
            default -> value;
        };
    }
}
