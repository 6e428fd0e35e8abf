package ambit.core;

import ambit.authority.Constraint;
import ambit.decision.Block;
import ambit.decision.Conjunct;
import ambit.decision.Values;
import ambit.wire.Denial;
import ambit.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** From parsed JSON and constraints to the arrays of the decision kernel, as {@code docs/constraints.md} defines it. */
final class Arguments {
    /** Flattened arguments of one call. */
    static final int MAX = 1 << 14;

    private final List<String> paths = new ArrayList<>();
    private final List<Json> leaves = new ArrayList<>();

    private Arguments() {}

    /** The flattened arguments of a call. */
    static Values of(Json.Obj params) throws Refused {
        Arguments arguments = new Arguments();
        arguments.members("", params);
        return values(arguments.paths, arguments.leaves);
    }

    /** One block's part of a chain for one capability; times in milliseconds since 1970. */
    static Block block(long notBeforeMs, long expiresMs, boolean mayUse, boolean closed, List<Constraint> constraints) {
        Conjunct[] conjuncts = constraints.stream().map(Arguments::conjunct).toArray(Conjunct[]::new);
        return new Block(notBeforeMs, expiresMs, mayUse, closed, conjuncts);
    }

    private static Conjunct conjunct(Constraint c) {
        return new Conjunct(utf8(c.path()), c.kind().number(), c.optional(), values(List.of(), c.values()));
    }

    private void members(String prefix, Json.Obj object) throws Refused {
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
            value(prefix + escape(member.getKey()), member.getValue());
        }
    }

    private void value(String path, Json value) throws Refused {
        switch (value) {
            case Json.Obj object when !object.members().isEmpty() -> members(path + "/", object);
            case Json.Arr list
            when !list.items().isEmpty() -> {
                for (Json item : list.items()) {
                    value(path + "/*", item);
                }
            }
            default -> leaf(path, value);
        }
    }

    private void leaf(String path, Json value) throws Refused {
        if (paths.size() == MAX) {
            throw new Refused(Denial.TOO_LARGE, "more than " + MAX + " arguments");
        }
        paths.add(path);
        leaves.add(value);
    }

    private static String escape(String name) {
        return name.equals("*") ? "~2" : name.replace("~", "~0").replace("/", "~1");
    }

    /** Scalars for the decision kernel; {@code paths} has one for each, or none at all for operands. */
    static Values values(List<String> paths, List<Json> scalars) {
        int n = scalars.size();
        byte[][] path = new byte[n][0];
        int[] types = new int[n];
        long[] numbers = new long[n];
        byte[][] texts = new byte[n][0];
        for (int i = 0; i < n; i++) {
            Json scalar = scalars.get(i);
            path[i] = utf8(paths.isEmpty() ? "" : paths.get(i));
            types[i] = type(scalar);
            switch (scalar) {
                case Json.Bool(boolean yes) -> numbers[i] = yes ? 1 : 0;
                case Json.Int(long number) -> numbers[i] = number;
                case Json.Str(String text) -> texts[i] = utf8(text);
                case Json.Dec(String canonical) -> texts[i] = utf8(canonical);
                case Json.Null _, Json.Obj _, Json.Arr _ -> {}
            }
        }
        return new Values(path, types, numbers, texts);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int type(Json value) {
        return switch (value) {
            case Json.Null _ -> Values.NULL;
            case Json.Bool _ -> Values.BOOL;
            case Json.Int _ -> Values.INT;
            case Json.Str _ -> Values.STRING;
            case Json.Dec _ -> Values.DECIMAL;
            case Json.Obj _, Json.Arr _ -> Values.EMPTY;
        };
    }
}
