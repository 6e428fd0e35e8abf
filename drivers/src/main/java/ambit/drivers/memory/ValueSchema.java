package ambit.drivers.memory;

import ambit.drivers.CanonicalJson;
import ambit.drivers.DriverFailure;
import ambit.drivers.Foreign;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.regex.RegularExpression;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What values must look like: a JSON Schema (2020-12) that refers to nothing outside itself and not to itself again, with regular
 * expressions that take linear time. What one can cost is bounded: whoever may write a grant shares the drivers with others.
 *
 * <p>Safe for use by several threads.
 */
final class ValueSchema {
    /** Subschemas, those behind {@code $ref} as often as they are referred to. */
    private static final int MOST_PARTS = 1024;

    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    /** What would lead elsewhere, or round in circles. */
    private static final Set<String> REFUSED = Set.of(
            "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary");

    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaLoader(loader -> loader.fetchRemoteResources(false))
                    .schemaCacheEnabled(false)
                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .regularExpressionFactory(ValueSchema::linear)
                            .formatAssertionsEnabled(false)
                            .build()));

    private final Schema schema;

    private ValueSchema(Schema schema) {
        this.schema = schema;
    }

    static ValueSchema parse(Json json) throws DriverFailure {
        if (!(json instanceof Json.Obj) && !(json instanceof Json.Bool)) {
            throw unfit("it is neither an object nor true or false");
        }
        new Extent(json).count(json);
        try {
            Schema schema = REGISTRY.getSchema(text(CanonicalJson.encode(json)), InputFormat.JSON);
            schema.initializeValidators();
            return new ValueSchema(schema);
        } catch (RuntimeException e) {
            throw unfit(Foreign.quote(String.valueOf(e.getMessage())));
        }
    }

    /** What is wrong with a value, and empty where nothing is. */
    List<String> errors(Blob value) {
        return schema.validate(text(value), InputFormat.JSON).stream()
                .map(ValueSchema::sentence)
                .toList();
    }

    private static String sentence(Error error) {
        return Foreign.quote(String.valueOf(error.getInstanceLocation()) + ": " + error.getMessage());
    }

    private static RegularExpression linear(String regex) {
        try {
            Pattern pattern = Pattern.compile(regex);
            return text -> pattern.matcher(text).find();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("the pattern '" + regex + "' is none that takes linear time", e);
        }
    }

    private static String text(Blob json) {
        return new String(json.toArray(), StandardCharsets.UTF_8);
    }

    private static DriverFailure unfit(String why) {
        return new DriverFailure(Denial.MALFORMED, "the schema of memory values cannot be used: " + why);
    }

    /** Counts parts with what they refer to, and refuses references that lead elsewhere or into themselves. */
    private static final class Extent {
        private final Json root;
        private final Set<String> within = new HashSet<>();
        private int parts;

        Extent(Json root) {
            this.root = root;
        }

        void count(Json json) throws DriverFailure {
            switch (json) {
                case Json.Obj(Map<String, Json> members) -> {
                    if (++parts > MOST_PARTS) {
                        throw unfit("with what it refers to it has more than " + MOST_PARTS + " parts");
                    }
                    for (Map.Entry<String, Json> member : members.entrySet()) {
                        count(member.getKey(), member.getValue());
                    }
                }
                case Json.Arr(List<Json> items) -> {
                    for (Json item : items) {
                        count(item);
                    }
                }
                case Json.Str _, Json.Int _, Json.Dec _, Json.Bool _, Json.Null _ -> {}
            }
        }

        private void count(String name, Json value) throws DriverFailure {
            if (REFUSED.contains(name)) {
                throw unfit("'" + name + "' has no place in it");
            }
            if (name.equals("$schema") && !value.equals(new Json.Str(DIALECT))) {
                throw unfit("its '$schema' is not " + DIALECT);
            }
            if (name.equals("$ref")) {
                follow(value);
            } else {
                count(value);
            }
        }

        private void follow(Json reference) throws DriverFailure {
            if (!(reference instanceof Json.Str(String target)) || !target.matches("#/\\$defs/[A-Za-z0-9_-]+")) {
                throw unfit("a '$ref' may only say #/$defs/NAME");
            }
            if (!(root instanceof Json.Obj(Map<String, Json> top))
                    || !(top.get("$defs") instanceof Json.Obj(Map<String, Json> definitions))
                    || !definitions.containsKey(target.substring("#/$defs/".length()))) {
                throw unfit("there is no " + Foreign.quote(target));
            }
            if (!within.add(target)) {
                throw unfit(Foreign.quote(target) + " refers to itself");
            }
            count(java.util.Objects.requireNonNull(definitions.get(target.substring("#/$defs/".length()))));
            within.remove(target);
        }
    }
}
