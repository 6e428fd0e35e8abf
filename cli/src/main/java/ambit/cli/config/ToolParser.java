package ambit.cli.config;

import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one entry of {@code tools}. */
final class ToolParser {

    private static final List<String> DRIVERS = List.of("openai", "mcp", "http");
    private static final List<String> MODEL =
            List.of("driver", "at", "credential", "time-out", "prompt-cache", "passes", BodiesParser.OWN);
    private static final List<String> EMBEDDINGS = List.of("at", "model", "dimensions", "credential", "time-out");
    private static final List<String> MCP = List.of(
            "driver",
            "at",
            "run",
            "with",
            "sees",
            "writes",
            "network",
            "credential",
            "credential-as",
            "effect-free",
            "time-out",
            BodiesParser.OWN);
    private static final List<String> ONLY_WITH_RUN = List.of("with", "sees", "writes", "credential-as");

    private static final Pattern ANY_TEXT = Pattern.compile("(?s).*");
    private static final Pattern MODEL_NAME = Pattern.compile("[\\x21-\\x7e]{1,128}");
    private static final Pattern OPERATION = Pattern.compile("[A-Za-z0-9_./-]{1,128}");

    private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9_]{1,64}");

    private static final Duration MODEL_TIME_OUT = Duration.ofMinutes(2);
    private static final Duration MCP_TIME_OUT = Duration.ofMinutes(1);

    private final Problems problems;

    ToolParser(Problems problems) {
        this.problems = problems;
    }

    Optional<Tool> tool(Node.Entry entry) {
        String what = "the tool '" + entry.key() + "'";
        Fields open = Fields.open(problems, what, entry.value());
        if (!(entry.value() instanceof Node.Mapping)) {
            return Optional.empty();
        }
        Optional<String> driver =
                open.required("driver", "mcp").flatMap(node -> open.text(node, ANY_TEXT, "the name of a driver"));
        if (driver.isEmpty()) {
            return Optional.empty();
        }
        return switch (driver.get()) {
            case "openai" -> model(entry, Fields.closed(problems, what, entry.value(), MODEL));
            case "mcp" -> mcp(entry, Fields.closed(problems, what, entry.value(), MCP));
            case "http" -> new HttpParser(problems).tool(entry);
            default -> {
                problems.error(
                        open.optional("driver").orElse(entry.value()).at(),
                        "there is no driver '" + Fields.shortened(driver.get()) + "'",
                        Names.hint(driver.get(), DRIVERS));
                yield Optional.empty();
            }
        };
    }

    /** The section {@code embeddings}. */
    Optional<Tool> embeddings(Node node) {
        Fields fields = Fields.closed(problems, "'embeddings'", node, EMBEDDINGS);
        if (!(node instanceof Node.Mapping)) {
            return Optional.empty();
        }
        Optional<URI> address = fields.required("at", "https://api.openai.com/v1")
                .flatMap(it -> fields.address(it, "https://api.openai.com/v1"));
        Optional<String> model = fields.required("model", "text-embedding-3-small")
                .flatMap(it -> fields.text(it, MODEL_NAME, "the name of a model"));
        OptionalLong dimensions = fields.required("dimensions", "1024")
                .map(it -> fields.count(it, 1, Tool.Embeddings.MOST_DIMENSIONS))
                .orElse(OptionalLong.empty());
        Optional<Credential> credential = credential(fields);
        Duration timeOut = timeOut(fields, MCP_TIME_OUT);
        return address.isPresent() && model.isPresent() && dimensions.isPresent()
                ? Optional.of(new Tool.Embeddings(
                        node.at(), address.get(), model.get(), (int) dimensions.getAsLong(), credential, timeOut))
                : Optional.empty();
    }

    private Optional<Tool> model(Node.Entry entry, Fields fields) {
        Optional<URI> address = fields.required("at", "https://api.openai.com/v1")
                .flatMap(node -> fields.address(node, "https://api.openai.com/v1"));
        Optional<Credential> credential = credential(fields);
        Duration timeOut = timeOut(fields, MODEL_TIME_OUT);
        Optional<Set<Bodies.Kept>> keep = new BodiesParser(problems).own(fields, EnumSet.of(Bodies.Kept.CONVERSATIONS));
        boolean tenantCache =
                fields.optional("prompt-cache").map(this::isOfTenant).orElse(false);
        Set<String> passes = fields.optional("passes")
                .map(node -> fields.names(node, FIELD, "field of a request"))
                .orElse(Set.of());
        return address.map(
                at -> new Tool.Model(entry.at(), entry.key(), at, credential, timeOut, keep, tenantCache, passes));
    }

    private boolean isOfTenant(Node node) {
        if (node instanceof Node.Text(Position _, String word) && (word.equals("run") || word.equals("tenant"))) {
            return word.equals("tenant");
        }
        problems.error(node.at(), "'prompt-cache' is either run or tenant", "");
        return false;
    }

    private Optional<Tool> mcp(Node.Entry entry, Fields fields) {
        if (fields.has("at") == fields.has("run")) {
            problems.error(
                    entry.at(),
                    "the tool '" + entry.key() + "' needs either 'run' or 'at'",
                    "'run' is the command of a local MCP server, 'at' the address of a remote one");
            return Optional.empty();
        }
        return fields.has("at") ? remote(entry, fields) : local(entry, fields);
    }

    private Optional<Tool> remote(Node.Entry entry, Fields fields) {
        for (String key : ONLY_WITH_RUN) {
            fields.refuse(
                    key, "'" + key + "' is for a tool that is run here", "remove it, or use 'run' instead of 'at'");
        }
        if (!network(fields).orElse(true)) {
            fields.refuse(
                    "network", "a tool that is reached at an address needs the network", "remove 'network: none'");
        }
        Optional<URI> address =
                fields.optional("at").flatMap(node -> fields.address(node, "https://api.openai.com/v1"));
        Optional<Credential> credential = credential(fields);
        Set<String> effectFree = effectFree(fields);
        Duration timeOut = timeOut(fields, MCP_TIME_OUT);
        Optional<Set<Bodies.Kept>> keep = keepBodies(fields);
        return address.map(
                at -> new Tool.RemoteMcp(entry.at(), entry.key(), at, credential, effectFree, timeOut, keep));
    }

    private Optional<Tool> local(Node.Entry entry, Fields fields) {
        List<String> run = fields.optional("run").map(fields::command).orElse(List.of());
        Map<String, String> with = fields.optional("with")
                .map(node -> fields.environment(node, "'with'"))
                .orElse(Map.of());
        List<Mount> sees = fields.optional("sees")
                .map(node -> fields.mounts(node, "'sees'"))
                .orElse(List.of());
        List<Mount> writes = fields.optional("writes")
                .map(node -> fields.mounts(node, "'writes'"))
                .orElse(List.of());
        fields.refuseNested(sees, writes);
        Optional<Credential> credential = credential(fields);
        Optional<String> credentialAs = fields.optional("credential-as")
                .flatMap(node -> fields.text(node, Names.ENVIRONMENT, "the name of an environment variable"));
        if (fields.has("credential") != fields.has("credential-as")) {
            problems.error(
                    entry.at(),
                    "a tool that is run here takes 'credential' and 'credential-as' together",
                    "'credential-as: NAME' is the environment variable in which the server finds the credential");
        }
        return Optional.of(new Tool.LocalMcp(
                entry.at(),
                entry.key(),
                run,
                with,
                sees,
                writes,
                network(fields).orElse(false),
                credential,
                credentialAs,
                effectFree(fields),
                timeOut(fields, MCP_TIME_OUT),
                keepBodies(fields)));
    }

    private Optional<Set<Bodies.Kept>> keepBodies(Fields fields) {
        return new BodiesParser(problems).own(fields, EnumSet.of(Bodies.Kept.PARAMETERS, Bodies.Kept.RESULTS));
    }

    private Optional<Boolean> network(Fields fields) {
        return fields.optional("network").flatMap(node -> {
            if (node instanceof Node.Text(Position _, String word) && (word.equals("host") || word.equals("none"))) {
                return Optional.of(word.equals("host"));
            }
            problems.error(node.at(), "'network' is either host or none", "");
            return Optional.empty();
        });
    }

    static Optional<Credential> credential(Fields fields) {
        return fields.optional("credential")
                .flatMap(node -> fields.text(node, Credential.FORM, "a credential's place, env:NAME or file:path"))
                .flatMap(Credential::parse);
    }

    private Set<String> effectFree(Fields fields) {
        return fields.optional("effect-free")
                .map(node -> fields.names(node, OPERATION, "operation"))
                .orElse(Set.of());
    }

    static Duration timeOut(Fields fields, Duration otherwise) {
        return fields.optional("time-out")
                .flatMap(node -> fields.quantity(node, Quantity::duration, Quantity.TIME_EXAMPLE))
                .orElse(otherwise);
    }
}
