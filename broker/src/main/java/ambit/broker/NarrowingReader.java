package ambit.broker;

import ambit.authority.Bitmap;
import ambit.authority.Budget;
import ambit.authority.Constraint;
import ambit.authority.Constraint.Kind;
import ambit.authority.Less;
import ambit.authority.Narrowing;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a parent takes away from a child, translated from a guest's JSON to the record that the core reads:
 * {@code {1: drop bitmap, 2: [}{@link Narrowing}{@code , …]}}, with indices into the parent's own capabilities.
 *
 * <p>The JSON has the words of {@code may-use} in ambit.yaml: {@code {"git.git_log": {"at-most": 1, "where": {"path": {"under":
 * "/repo"}}}}} narrows one capability and {@code {"web.fetch": false}} withholds one; {@code {"budgets": {"cents": 100}}} gives less of a
 * budget, and {@code {"received": ["bills.read#iban"]}} passes on what was received from there. Only the core judges it; it has no way to
 * say more than the parent may.
 */
final class NarrowingReader {
    private NarrowingReader() {}

    /** Empty for a narrowing that takes nothing away. */
    static Blob toCbor(Blob json, List<Bound> capabilities) throws MalformedException {
        Map<String, Json> asked = members(Json.parse(json), "\"narrow\" is a JSON object");
        if (asked.isEmpty()) {
            return Blob.EMPTY;
        }
        List<Integer> dropped = new ArrayList<>();
        List<Narrowing> narrowed = new ArrayList<>();
        List<Budget> budgets = new ArrayList<>();
        List<String> received = new ArrayList<>();
        for (Map.Entry<String, Json> entry : asked.entrySet()) {
            // Names of capabilities have a dot, so these two are none.
            if (entry.getKey().equals("budgets")) {
                budgets.addAll(budgets(members(entry.getValue(), "\"budgets\" is a JSON object")));
                continue;
            }
            if (entry.getKey().equals("received")) {
                received.addAll(texts(list(entry.getValue())));
                continue;
            }
            int index = index(entry.getKey(), capabilities);
            if (new Json.Bool(false).equals(entry.getValue())) {
                dropped.add(index);
            } else {
                narrowed.add(one(index, members(entry.getValue(), "a narrowing is false or a JSON object")));
            }
        }
        return new Less(Bitmap.of(dropped), narrowed, budgets, received).toBlob();
    }

    private static int index(String name, List<Bound> capabilities) throws MalformedException {
        for (int i = 0; i < capabilities.size(); i++) {
            if (capabilities.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new MalformedException("the context has no capability of a name in \"narrow\"");
    }

    private static List<Budget> budgets(Map<String, Json> asked) throws MalformedException {
        List<Budget> budgets = new ArrayList<>();
        for (Map.Entry<String, Json> entry : asked.entrySet()) {
            budgets.add(new Budget(entry.getKey(), atMost(entry.getValue())));
        }
        return budgets;
    }

    private static List<String> texts(List<Json> values) throws MalformedException {
        List<String> texts = new ArrayList<>();
        for (Json value : values) {
            if (!(value instanceof Json.Str(String text))) {
                throw new MalformedException("\"received\" is a list of texts such as \"bills.read#iban\"");
            }
            texts.add(text);
        }
        return texts;
    }

    private static Narrowing one(int index, Map<String, Json> asked) throws MalformedException {
        long uses = -1;
        boolean closed = false;
        List<Constraint> constraints = new ArrayList<>();
        for (Map.Entry<String, Json> entry : asked.entrySet()) {
            switch (entry.getKey()) {
                case "at-most" -> uses = atMost(entry.getValue());
                case "where" -> {
                    Map<String, Json> where = members(entry.getValue(), "\"where\" is a JSON object");
                    closed = !where.containsKey("*");
                    constraints.addAll(where(where));
                }
                default -> throw new MalformedException("a narrowing has \"at-most\" and \"where\"");
            }
        }
        return new Narrowing(index, constraints, uses, closed);
    }

    private static long atMost(Json value) throws MalformedException {
        if (value instanceof Json.Int(long uses) && uses >= 0) {
            return uses;
        }
        throw new MalformedException("\"at-most\" and budgets are whole numbers from 0");
    }

    private static List<Constraint> where(Map<String, Json> where) throws MalformedException {
        List<Constraint> constraints = new ArrayList<>();
        for (Map.Entry<String, Json> entry : where.entrySet()) {
            String key = entry.getKey();
            if (key.equals("*")) {
                if (!isWord(entry.getValue(), "any")) {
                    throw new MalformedException("\"*\" can only be \"any\"");
                }
                continue;
            }
            boolean optional = key.endsWith("?");
            String path = optional ? key.substring(0, key.length() - 1) : key;
            if (path.isEmpty() || path.length() > Constraint.MAX_PATH) {
                throw new MalformedException("not the path of an argument in \"where\"");
            }
            constraints.addAll(rules(path, entry.getValue(), optional));
        }
        return constraints;
    }

    private static List<Constraint> rules(String path, Json rule, boolean optional) throws MalformedException {
        if (isWord(rule, "any") || isWord(rule, "absent")) {
            return List.of(new Constraint(path, isWord(rule, "any") ? Kind.ANY : Kind.ABSENT, List.of(), optional));
        }
        return switch (rule) {
            case Json.Obj(Map<String, Json> words) -> spelledOut(path, words, optional);
            case Json.Arr(List<Json> values) -> List.of(new Constraint(path, Kind.IN, operands(values), optional));
            case Json value -> List.of(new Constraint(path, Kind.EQ, operands(List.of(value)), optional));
        };
    }

    private static List<Constraint> spelledOut(String path, Map<String, Json> words, boolean optional)
            throws MalformedException {
        if (words.isEmpty()) {
            throw new MalformedException("an empty rule in \"where\"");
        }
        List<Constraint> constraints = new ArrayList<>();
        for (Map.Entry<String, Json> word : words.entrySet()) {
            Kind kind = kind(word.getKey());
            List<Json> values = switch (kind) {
                case IN, NOT_IN, SUBSET -> list(word.getValue());
                case ABSENT, ANY -> none(word.getValue());
                case CIDR, HOST, URL ->
                    word.getValue() instanceof Json.Arr(List<Json> items) ? items : List.of(word.getValue());
                case FROM -> source(word.getValue());
                case EQ, MIN, MAX, MAX_LENGTH, PREFIX, GLOB, UNDER -> List.of(word.getValue());
            };
            constraints.add(new Constraint(path, kind, operands(values), optional));
        }
        return constraints;
    }

    private static Kind kind(String word) throws MalformedException {
        for (Kind kind : Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(word)) {
                return kind;
            }
        }
        throw new MalformedException("no such rule in \"where\"");
    }

    private static List<Json> list(Json value) throws MalformedException {
        if (value instanceof Json.Arr(List<Json> items)) {
            return items;
        }
        throw new MalformedException("\"in\", \"not-in\", \"subset\" and \"received\" need a list");
    }

    /** {@code "bills.read#iban"}, or with how many calls may act on each value: {@code ["bills.read#iban", 1]}. */
    private static List<Json> source(Json value) {
        return value instanceof Json.Arr(List<Json> items) ? items : List.of(value);
    }

    private static List<Json> none(Json value) throws MalformedException {
        if (value.equals(new Json.Bool(true))) {
            return List.of();
        }
        throw new MalformedException("\"any\" and \"absent\" can only be true");
    }

    private static boolean isWord(Json value, String word) {
        return value.equals(new Json.Str(word));
    }

    private static List<Cbor> operands(List<Json> values) throws MalformedException {
        List<Cbor> operands = new ArrayList<>();
        for (Json value : values) {
            operands.add(
                    switch (value) {
                        case Json.Str(String text) -> Cbor.of(text);
                        case Json.Int(long number) -> Cbor.of(number);
                        case Json.Bool(boolean flag) -> Cbor.of(flag);
                        case Json.Null() -> new Cbor.Null();
                        case Json.Dec _, Json.Arr _, Json.Obj _ ->
                            throw new MalformedException(
                                    "a rule compares with texts, whole numbers, true, false and null");
                    });
        }
        return operands;
    }

    private static Map<String, Json> members(Json value, String otherwise) throws MalformedException {
        if (value instanceof Json.Obj(Map<String, Json> members)) {
            return members;
        }
        throw new MalformedException(otherwise);
    }
}
