package ambit.authority;

import ambit.decision.Block;
import ambit.decision.Conjunct;
import ambit.decision.Values;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** From parsed JSON and constraints to the arrays of the decision kernel, as {@code docs/constraints.md} defines it. */
public final class Arguments {
    /** Flattened arguments of one call. */
    public static final int MAX = 1 << 14;

    private final List<String> paths = new ArrayList<>();
    private final List<Json> leaves = new ArrayList<>();

    private Arguments() {}

    /** The flattened arguments of a call. */
    public static Values of(Json.Obj params) throws MalformedException {
        Arguments arguments = new Arguments();
        arguments.members("", params);
        return values(arguments.paths, arguments.leaves);
    }

    /** One block's part of a chain for one capability; times in milliseconds since 1970. */
    public static Block block(
            long notBeforeMs, long expiresMs, boolean mayUse, boolean closed, List<Constraint> constraints) {
        Conjunct[] conjuncts = constraints.stream().map(Constraint::compile).toArray(Conjunct[]::new);
        return new Block(notBeforeMs, expiresMs, mayUse, closed, conjuncts);
    }

    private void members(String prefix, Json.Obj object) throws MalformedException {
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
            value(prefix + escape(member.getKey()), member.getValue());
        }
    }

    private void value(String path, Json value) throws MalformedException {
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

    private void leaf(String path, Json value) throws MalformedException {
        if (paths.size() == MAX) {
            throw new MalformedException("too many arguments");
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
            path[i] = Constraint.utf8(paths.isEmpty() ? "" : paths.get(i));
            types[i] = type(scalar);
            switch (scalar) {
                case Json.Bool(boolean yes) -> numbers[i] = yes ? 1 : 0;
                case Json.Int(long number) -> numbers[i] = number;
                case Json.Str(String text) -> texts[i] = Constraint.utf8(text);
                case Json.Dec(String canonical) -> texts[i] = Constraint.utf8(canonical);
                case Json.Null _, Json.Obj _, Json.Arr _ -> {}
            }
        }
        return new Values(path, types, numbers, texts);
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
