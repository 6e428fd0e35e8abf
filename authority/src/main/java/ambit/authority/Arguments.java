package ambit.authority;

import ambit.decision.Block;
import ambit.decision.Conjunct;
import ambit.decision.Values;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** From parsed JSON and constraints to the arrays of the decision kernel, as {@code docs/constraints.md} defines it. */
public final class Arguments {
    /** Flattened arguments of one call; the core refuses more. */
    public static final int MAX = 1 << 14;

    /** Code units of all their paths together: a long name around a long list would be there once for each element. */
    public static final int MAX_PATHS = 1 << 22;

    /** One argument or operand, as the kernel has it. */
    private record Leaf(String path, int type, long number, Blob text, Blob address, Blob host, Blob url, Blob digest) {
        static Leaf plain(String path, int type, long number, String text) {
            return new Leaf(path, type, number, Blob.utf8(text), Blob.EMPTY, Blob.EMPTY, Blob.EMPTY, Blob.EMPTY);
        }

        Leaf digested() {
            Json value = switch (type) {
                case Values.STRING -> new Json.Str(new String(text.toArray(), StandardCharsets.UTF_8));
                case Values.INT -> new Json.Int(number);
                default -> new Json.Null();
            };
            return new Leaf(path, type, number, text, address, host, url, Arguments.digest(value));
        }

        static Leaf operand(Blob text, long number) {
            return new Leaf("", Values.STRING, number, text, Blob.EMPTY, Blob.EMPTY, Blob.EMPTY, Blob.EMPTY);
        }
    }

    /** What has been flattened so far. */
    private static final class Leaves {
        private final List<Leaf> list = new ArrayList<>();
        private int paths;

        void add(Leaf leaf) throws MalformedException {
            paths += leaf.path().length();
            if (paths > MAX_PATHS) {
                throw new MalformedException("the paths of the arguments are too long together");
            }
            list.add(leaf);
        }

        boolean isFull() {
            return list.size() > MAX;
        }
    }

    private Arguments() {}

    /** The flattened arguments of a call; where there are more than {@link #MAX}, one more than that. */
    public static Values of(Json.Obj params) throws MalformedException {
        return values(leaves(params));
    }

    /** The same with their {@linkplain #digest digests}, for a chain that asks where they are from. */
    public static Values withDigests(Json.Obj params) throws MalformedException {
        return values(leaves(params).stream().map(Leaf::digested).toList());
    }

    /** Those of a call without any. */
    public static Values none() {
        return values(List.of());
    }

    private static List<Leaf> leaves(Json.Obj params) throws MalformedException {
        Leaves leaves = new Leaves();
        members("", params, leaves);
        return leaves.list;
    }

    /** By what a text or a whole number is known: the SHA-256 of its CBOR. Empty for everything else. */
    public static Blob digest(Json value) {
        return switch (value) {
            case Json.Str(String text) -> Blob.of(Cbor.encode(Cbor.of(text))).sha256();
            case Json.Int(long number) -> Blob.of(Cbor.encode(Cbor.of(number))).sha256();
            case Json.Dec _, Json.Bool _, Json.Null _, Json.Obj _, Json.Arr _ -> Blob.EMPTY;
        };
    }

    /** One block's part of a chain for one capability; times in milliseconds since 1970. */
    public static Block block(
            long notBeforeMs, long expiresMs, boolean mayUse, boolean closed, List<Constraint> constraints) {
        Conjunct[] conjuncts = constraints.stream().map(Arguments::conjunct).toArray(Conjunct[]::new);
        return new Block(notBeforeMs, expiresMs, mayUse, closed, conjuncts);
    }

    private static Conjunct conjunct(Constraint c) {
        if (c.kind() == Constraint.Kind.FROM) {
            return new Conjunct(utf8(c.path()), Conjunct.FROM, c.optional(), values(List.of(source(c.values()))));
        }
        List<Leaf> operands =
                c.values().stream().map(value -> operand(c.kind(), value)).toList();
        return new Conjunct(utf8(c.path()), c.kind().number(), c.optional(), values(operands));
    }

    private static Leaf source(List<Json> operands) {
        long times = operands.getLast() instanceof Json.Int(long count) ? count : 0;
        return operands.getFirst() instanceof Json.Str(String source)
                ? Leaf.operand(Blob.utf8(source), times)
                : Leaf.plain("", Values.NULL, 0, "");
    }

    private static Leaf operand(Constraint.Kind kind, Json value) {
        if (!(value instanceof Json.Str(String text))) {
            return leaf("", value);
        }
        return switch (kind) {
            case MIN, MAX -> Leaf.plain("", Values.DECIMAL, 0, text);
            case CIDR ->
                Leaf.operand(
                        Places.network(text).address(), Places.network(text).bits());
            case HOST -> Leaf.operand(Places.hostPattern(text), 0);
            case URL -> Leaf.operand(Places.urlPattern(text), 0);
            case EQ, IN, NOT_IN, SUBSET, PREFIX, GLOB, UNDER, ABSENT, ANY, MAX_LENGTH, FROM ->
                Leaf.plain("", Values.STRING, 0, text);
        };
    }

    private static void members(String prefix, Json.Obj object, Leaves leaves) throws MalformedException {
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
            value(prefix + escape(member.getKey()), member.getValue(), leaves);
        }
    }

    private static void value(String path, Json value, Leaves leaves) throws MalformedException {
        if (leaves.isFull()) {
            return;
        }
        switch (value) {
            case Json.Obj object when !object.members().isEmpty() -> members(path + "/", object, leaves);
            case Json.Arr(List<Json> items)
            when !items.isEmpty() -> {
                String element = path + "/*";
                for (Json item : items) {
                    value(element, item, leaves);
                }
            }
            default -> leaves.add(leaf(path, value));
        }
    }

    private static String escape(String name) {
        return name.equals("*") ? "~2" : name.replace("~", "~0").replace("/", "~1");
    }

    private static Leaf leaf(String path, Json value) {
        return switch (value) {
            case Json.Null _ -> Leaf.plain(path, Values.NULL, 0, "");
            case Json.Bool(boolean yes) -> Leaf.plain(path, Values.BOOL, yes ? 1 : 0, "");
            case Json.Int(long number) -> Leaf.plain(path, Values.INT, number, Long.toString(number));
            case Json.Dec(String canonical) -> Leaf.plain(path, Values.DECIMAL, 0, Places.plain(canonical));
            case Json.Str(String text) ->
                new Leaf(
                        path,
                        Values.STRING,
                        0,
                        Blob.utf8(text),
                        Places.address(text),
                        Places.host(text),
                        Places.url(text),
                        Blob.EMPTY);
            case Json.Obj _, Json.Arr _ -> Leaf.plain(path, Values.EMPTY, 0, "");
        };
    }

    private static Values values(List<Leaf> leaves) {
        return new Values(
                leaves.stream().map(leaf -> utf8(leaf.path())).toArray(byte[][]::new),
                leaves.stream().mapToInt(Leaf::type).toArray(),
                leaves.stream().mapToLong(Leaf::number).toArray(),
                leaves.stream().map(leaf -> leaf.text().toArray()).toArray(byte[][]::new),
                leaves.stream().map(leaf -> leaf.address().toArray()).toArray(byte[][]::new),
                leaves.stream().map(leaf -> leaf.host().toArray()).toArray(byte[][]::new),
                leaves.stream().map(leaf -> leaf.url().toArray()).toArray(byte[][]::new),
                leaves.stream().map(leaf -> leaf.digest().toArray()).toArray(byte[][]::new));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
