package ambit.drivers;

import ambit.wire.Denial;
import ambit.wire.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Applies the rules of {@link ModelFields} to one request: state that a provider keeps under a name is memory that the kernel did not
 * map, so what would name or leave it is stripped, replaced by what the context means by it, or refused.
 */
final class RequestFilter {
    private static final FieldRule PASS = new FieldRule.Pass();
    private static final FieldRule UNKNOWN =
            new FieldRule.Refuse("is not known to name nothing that the provider keeps; leave it out");
    private static final FieldRule LEFT_OUT = new FieldRule.Strip("is not known");
    private static final FieldRule.Members PICTURE =
            new FieldRule.Members(Map.of("url", new FieldRule.Address(), "detail", new FieldRule.Scalar()), false);

    private final ModelPolicy policy;
    private final Conversation conversation;

    RequestFilter(ModelPolicy policy, Conversation conversation) {
        this.policy = policy;
        this.conversation = conversation;
    }

    /** The rule of a field of the request itself. */
    FieldRule ruleOf(FieldRule.Members fields, String name) {
        FieldRule rule = fields.fields().get(name);
        if (rule != null) {
            return rule;
        }
        return policy.passes().contains(name) ? PASS : UNKNOWN;
    }

    /** What goes out in the field's place; nothing if it is left out. */
    Optional<Json> apply(FieldRule rule, Json value, String path) throws DriverFailure {
        return switch (rule) {
            case FieldRule.Pass _ -> Optional.of(value);
            case FieldRule.Scalar _ -> scalar(value, path);
            case FieldRule.Address _ -> address(value, path);
            case FieldRule.Strip _ -> Optional.empty();
            case FieldRule.Derive _ -> derived(value, path);
            case FieldRule.Own _ -> opened(value, path);
            case FieldRule.OnlyFalse(String why) -> {
                requireFalse(value, path, why);
                yield Optional.of(value);
            }
            case FieldRule.Refuse(String why) -> {
                requireNull(value, path, why);
                yield Optional.of(value);
            }
            case FieldRule.Each(FieldRule element) -> each(element, value, path);
            case FieldRule.Members members -> members(members, value, path);
            case FieldRule.ByType byType -> members(byType, value, path);
        };
    }

    private static void requireFalse(Json value, String path, String why) throws DriverFailure {
        if (!(value instanceof Json.Null) && !new Json.Bool(false).equals(value)) {
            throw refusal(path, why);
        }
    }

    /** Nothing names nothing. */
    private static void requireNull(Json value, String path, String why) throws DriverFailure {
        if (!(value instanceof Json.Null)) {
            throw refusal(path, why);
        }
    }

    private static Optional<Json> scalar(Json value, String path) throws DriverFailure {
        if (value instanceof Json.Obj || value instanceof Json.Arr) {
            throw refusal(path, "is no text or number, and could name something that the provider keeps");
        }
        return Optional.of(value);
    }

    private Optional<Json> each(FieldRule element, Json value, String path) throws DriverFailure {
        if (!(value instanceof Json.Arr(List<Json> items))) {
            return scalar(value, path);
        }
        List<Json> all = new ArrayList<>();
        for (Json item : items) {
            apply(element, item, path).ifPresent(all::add);
        }
        return Optional.of(new Json.Arr(all));
    }

    private Optional<Json> members(FieldRule.Members rule, Json value, String path) throws DriverFailure {
        if (!(value instanceof Json.Obj(Map<String, Json> members))) {
            if (value instanceof Json.Null) {
                return Optional.of(value);
            }
            throw refusal(path, "is no object");
        }
        Map<String, Json> out = new LinkedHashMap<>();
        for (Map.Entry<String, Json> member : members.entrySet()) {
            FieldRule of = rule.fields().getOrDefault(member.getKey(), rule.leavesOut() ? LEFT_OUT : UNKNOWN);
            apply(of, member.getValue(), path + "." + Foreign.quote(member.getKey()))
                    .ifPresent(kept -> out.put(member.getKey(), kept));
        }
        return Optional.of(new Json.Obj(out));
    }

    private Optional<Json> members(FieldRule.ByType rule, Json value, String path) throws DriverFailure {
        if (value instanceof Json.Obj(Map<String, Json> members)) {
            String type = members.get("type") instanceof Json.Str(String said) ? said : rule.otherwise();
            FieldRule of = rule.rules().get(type);
            if (of == null || (members.containsKey("type") && !(members.get("type") instanceof Json.Str))) {
                throw refusal(
                        path + ".type",
                        "says '" + Foreign.quote(type)
                                + "', which is not known to name nothing that the provider keeps");
            }
            return apply(of, value, path);
        }
        return scalar(value, path);
    }

    private Optional<Json> derived(Json value, String path) throws DriverFailure {
        return switch (value) {
            case Json.Str(String name) -> {
                String field = path.substring(path.lastIndexOf('.') + 1);
                yield Optional.of(new Json.Str(conversation.derived(policy, field, name)));
            }
            case Json.Null _ -> Optional.empty();
            default -> throw refusal(path, "is no text");
        };
    }

    /** A sealed text that this context was given, opened. */
    private Optional<Json> opened(Json value, String path) throws DriverFailure {
        return switch (value) {
            case Json.Str(String name) -> {
                Optional<String> meant = conversation.opened(policy.tool(), name);
                if (meant.isEmpty()) {
                    throw unknownName(path);
                }
                yield Optional.of(new Json.Str(meant.get()));
            }
            case Json.Null _ -> Optional.empty();
            default -> throw unknownName(path);
        };
    }

    private Optional<Json> address(Json value, String path) throws DriverFailure {
        return switch (value) {
            case Json.Str(String address) -> {
                if (!address.startsWith("data:") && !isElsewhere(address)) {
                    throw refusal(path, "may name a file that the provider keeps; send it as data:");
                }
                yield Optional.of(value);
            }
            case Json.Obj _ -> members(PICTURE, value, path);
            case Json.Null _ -> Optional.of(value);
            default -> throw refusal(path, "is no address");
        };
    }

    /** Whether it is a plain address on the public web that the provider does not serve itself. */
    private boolean isElsewhere(String address) {
        try {
            URI uri = new URI(address);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            return (scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && PublicHost.is(host(uri))
                    && !host(uri).equals(host(policy.endpoint()));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String host(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    static DriverFailure unknownName(String path) {
        return refusal(
                path,
                "names nothing that this transaction was given; names of others, and a provider's own, say nothing here");
    }

    static DriverFailure refusal(String path, String why) {
        return new DriverFailure(Denial.CONSTRAINT, "the field '" + path + "' " + why);
    }
}
