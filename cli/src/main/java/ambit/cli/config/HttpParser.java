package ambit.cli.config;

import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads an entry of {@code tools} whose driver is {@code http}. */
final class HttpParser {
    private static final List<String> KEYS = List.of(
            "driver", "at", "credential", "sends-as", "methods", "headers", "network", "time-out", BodiesParser.OWN);
    private static final String EXAMPLE = "https://api.example.com/v1";
    private static final Pattern METHOD = Pattern.compile("GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Duration TIME_OUT = Duration.ofMinutes(1);

    /** Headers that say who calls, whom, or where a message ends; none of them is a caller's. */
    private static final Pattern NOBODYS = Pattern.compile("authorization|cookie|host|connection|keep-alive|te|trailer"
            + "|transfer-encoding|content-length|upgrade|expect|via|range|accept-encoding|content-encoding|forwarded"
            + "|proxy-.*|x-forwarded-.*|x-real-ip|x-original-.*|x-rewrite-.*|x-http-method.*|x-method-override");

    private final Problems problems;

    HttpParser(Problems problems) {
        this.problems = problems;
    }

    /** How a credential goes out. */
    private record Sending(String as, String place) {}

    Optional<Tool> tool(Node.Entry entry) {
        Fields fields = Fields.closed(problems, "the tool '" + entry.key() + "'", entry.value(), KEYS);
        Optional<URI> address = fields.required("at", EXAMPLE).flatMap(node -> address(fields, node));
        Optional<Credential> credential = ToolParser.credential(fields);
        Optional<Sending> sending = fields.optional("sends-as").flatMap(node -> sending(fields, node));
        if (fields.has("credential") != fields.has("sends-as")) {
            problems.error(
                    entry.at(),
                    "an API takes 'credential' and 'sends-as' together",
                    "'sends-as' is bearer, basic, {header: X-Key} or {query: key}");
        }
        Set<String> methods = fields.optional("methods")
                .map(node -> fields.names(node, METHOD, "method such as POST"))
                .orElse(Set.of());
        Duration timeOut = ToolParser.timeOut(fields, TIME_OUT);
        Optional<Set<Bodies.Kept>> keep =
                new BodiesParser(problems).own(fields, EnumSet.of(Bodies.Kept.PARAMETERS, Bodies.Kept.RESULTS));
        return address.map(at -> new Tool.Http(
                entry.at(),
                entry.key(),
                at,
                credential,
                sending.map(Sending::as).orElse(""),
                sending.map(Sending::place).orElse(""),
                methods,
                headers(fields),
                isInner(fields),
                timeOut,
                keep));
    }

    private Optional<URI> address(Fields fields, Node node) {
        Optional<URI> address = fields.address(node, EXAMPLE);
        if (address.isPresent() && address.get().getRawQuery() != null) {
            problems.error(node.at(), "the address of an API has no query", "callers give one with each request");
            return Optional.empty();
        }
        return address;
    }

    private Optional<Sending> sending(Fields fields, Node node) {
        if (node instanceof Node.Text(Position _, String word) && (word.equals("bearer") || word.equals("basic"))) {
            return Optional.of(new Sending(word, ""));
        }
        if (node instanceof Node.Mapping mapping && mapping.entries().size() == 1) {
            Node.Entry only = mapping.entries().getFirst();
            if (only.key().equals("header") || only.key().equals("query")) {
                return fields.text(only.value(), NAME, "the name of a header or a parameter")
                        .map(name -> new Sending(only.key(), name));
            }
        }
        problems.error(node.at(), "'sends-as' is bearer, basic, {header: NAME} or {query: NAME}", "");
        return Optional.empty();
    }

    private Set<String> headers(Fields fields) {
        Set<String> headers =
                fields
                        .optional("headers")
                        .map(node -> fields.names(node, NAME, "name of a header"))
                        .orElse(Set.of())
                        .stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
        headers.stream()
                .filter(name -> NOBODYS.matcher(name).matches())
                .forEach(name -> fields.optional("headers")
                        .ifPresent(node -> problems.error(
                                node.at(), "callers of an API may not set the header '" + name + "'", "remove it")));
        return headers;
    }

    private boolean isInner(Fields fields) {
        return fields.optional("network")
                .map(node -> {
                    if (node instanceof Node.Text(Position _, String word)
                            && (word.equals("inner") || word.equals("public"))) {
                        return word.equals("inner");
                    }
                    problems.error(node.at(), "'network' of an API is either public or inner", "");
                    return false;
                })
                .orElse(false);
    }
}
