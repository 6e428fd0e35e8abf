package ambit.oracle;

import ambit.decision.Conjunct;
import ambit.oracle.Case.Argument;
import ambit.oracle.Case.Bool;
import ambit.oracle.Case.Condition;
import ambit.oracle.Case.Dec;
import ambit.oracle.Case.Different;
import ambit.oracle.Case.Empty;
import ambit.oracle.Case.Int;
import ambit.oracle.Case.Null;
import ambit.oracle.Case.Rules;
import ambit.oracle.Case.Scalar;
import ambit.oracle.Case.Seen;
import ambit.oracle.Case.Str;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Cases from chance, each from the seed and its number alone. Conditions come first; arguments are then made to lie at, above, below and
 * beside what the conditions name, with values at both sides of every bound.
 */
final class Cases {
    private static final int DEEPEST = 65;

    private final SplittableRandom random;
    private final Near near;

    private Cases(SplittableRandom random) {
        this.random = random;
        this.near = new Near(random);
    }

    static Case of(long seed, long number) {
        return new Cases(new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number)).make();
    }

    private Case make() {
        List<Condition> conditions = new ArrayList<>();
        List<Rules> chain = new ArrayList<>();
        if (near.rarely(60)) {
            deep(conditions, chain);
        } else {
            for (int b = random.nextInt(3); b >= 0; b--) {
                List<Condition> own = new ArrayList<>();
                for (int c = random.nextInt(4); c > 0; c--) {
                    own.add(conditions.isEmpty() || random.nextInt(3) > 0 ? condition() : narrower(pick(conditions)));
                }
                conditions.addAll(own);
                chain.add(rules(own));
            }
        }
        List<Argument> arguments = new ArrayList<>();
        for (Condition condition : conditions) {
            if (random.nextInt(4) > 0) {
                place(condition, arguments);
            }
        }
        for (int a = random.nextInt(3) - 1; a > 0; a--) {
            arguments.add(new Argument(path(), any()));
        }
        return new Case(0, chain, arguments, received(conditions, arguments));
    }

    /** A chain as long as one may be, all of it about a few arguments: so that some of them allow something. */
    private void deep(List<Condition> conditions, List<Rules> chain) {
        for (int c = random.nextInt(2); c >= 0; c--) {
            conditions.add(condition());
        }
        boolean closed = random.nextBoolean();
        for (int b = random.nextInt(DEEPEST); b >= 0; b--) {
            boolean other = near.rarely(100);
            List<Condition> own = other ? List.of(condition()) : closed || near.rarely(2) ? conditions : List.of();
            chain.add(
                    new Rules(-5, near.rarely(100) ? 0 : 1000, !near.rarely(100), closed && !other, List.copyOf(own)));
        }
    }

    private Rules rules(List<Condition> conditions) {
        return new Rules(
                near.rarely(60) ? random.nextInt(-1, 2) : -5,
                near.rarely(60) ? random.nextInt(0, 2) : 1_000,
                !near.rarely(120),
                random.nextInt(3) == 0,
                conditions);
    }

    /** What lets the arguments that must have been received pass, most of the time. */
    private List<Seen> received(List<Condition> conditions, List<Argument> arguments) {
        List<Seen> received = new ArrayList<>();
        for (Condition condition : conditions) {
            if (condition.kind() == Conjunct.FROM) {
                for (Argument argument : arguments) {
                    if (argument.path().equals(condition.path()) && random.nextInt(5) > 0) {
                        String source = condition.operands().isEmpty() || near.rarely(8)
                                ? "other"
                                : condition.operands().getFirst() instanceof Str(String text) ? text : "";
                        String digest = near.rarely(8) ? argument.digest() + "x" : argument.digest();
                        received.add(new Seen(source, digest, random.nextInt(3)));
                    }
                }
            }
        }
        return received;
    }

    /** A condition on the same argument, often the same one: so that deep chains allow something. */
    private Condition narrower(Condition above) {
        if (random.nextBoolean()) {
            return above;
        }
        int kind = kind();
        return new Condition(above.path(), kind, above.optional(), operands(kind));
    }

    private Condition condition() {
        int kind = kind();
        return new Condition(path(), kind, random.nextInt(3) > 0, operands(kind));
    }

    private int kind() {
        return near.rarely(100) ? near.oneOf(-1, 0, 17, 18, 99, Integer.MIN_VALUE) : 1 + random.nextInt(16);
    }

    private List<Scalar> operands(int kind) {
        if (kind == Conjunct.ANY || kind == Conjunct.ABSENT || near.rarely(100)) {
            return List.of();
        }
        if (near.rarely(100)
                && kind != Conjunct.IN
                && kind != Conjunct.NOT_IN
                && kind != Conjunct.SUBSET
                && kind != Conjunct.FROM) {
            return List.of(near.rarely(2) ? new Different() : any() instanceof Str text ? text : new Int(1));
        }
        return switch (kind) {
            case Conjunct.MIN, Conjunct.MAX ->
                List.of(random.nextBoolean() ? new Int(near.integer()) : new Str(near.decimal()));
            case Conjunct.MAX_LENGTH -> List.of(new Int(near.rarely(20) ? near.integer() : random.nextInt(4)));
            case Conjunct.PREFIX -> List.of(new Str(near.text()));
            case Conjunct.GLOB -> List.of(new Str(near.glob()));
            case Conjunct.UNDER -> List.of(new Str(near.cleanPath()));
            case Conjunct.CIDR -> some(() -> new Str(near.network()));
            case Conjunct.HOST -> some(() -> new Str(near.hostPattern()));
            case Conjunct.URL -> some(() -> new Str(near.urlPattern()));
            case Conjunct.FROM -> from();
            case Conjunct.EQ -> List.of(operand());
            default -> some(this::operand);
        };
    }

    /** A source and, now and then, how many calls; no calls at all cannot be signed. */
    private List<Scalar> from() {
        Scalar source = new Str(
                near.rarely(20) ? pick(List.of("#x", "x#", "x", "#")) : pick(List.of("bills#iban", "mail#*/to")));
        int times = random.nextInt(-1, 4);
        return times == 0 ? List.of(source) : List.of(source, new Int(times));
    }

    /** What can be signed and compared. */
    private Scalar operand() {
        return switch (random.nextInt(8)) {
            case 0 -> new Null();
            case 1 -> new Bool(random.nextBoolean());
            case 2, 3 -> new Int(near.integer());
            default -> new Str(near.text());
        };
    }

    private List<Scalar> some(java.util.function.Supplier<Scalar> one) {
        List<Scalar> some = new ArrayList<>();
        for (int n = random.nextInt(3); n >= 0; n--) {
            some.add(one.get());
        }
        return some;
    }

    /** Puts arguments where the condition looks, or near to it. */
    private void place(Condition condition, List<Argument> arguments) {
        String path = condition.path();
        int where = random.nextInt(near.rarely(3) ? 24 : 16);
        boolean list = condition.kind() == Conjunct.SUBSET || condition.kind() == Conjunct.MAX_LENGTH;
        if (list && where < 14) {
            for (int n = near.elements(condition); n > 0; n--) {
                arguments.add(new Argument(path + "/*", near.value(condition)));
            }
        } else if (where < 16) {
            arguments.add(new Argument(path, near.value(condition)));
        } else {
            String elsewhere = switch (where) {
                case 16 -> path + "/" + pick(Near.NAMES);
                case 17 -> path + "/*/" + pick(Near.NAMES);
                case 18, 19 -> above(path);
                case 20 -> sibling(path);
                case 21 -> path + pick(List.of("x", "*", "~0", "~2"));
                case 22 -> path.endsWith("/*") ? above(path) : path + "/*";
                default -> path.replaceFirst("[*]", "a");
            };
            arguments.add(new Argument(elsewhere, near.rarely(3) ? new Empty() : near.value(condition)));
        }
    }

    private static String above(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }

    private String sibling(String path) {
        int slash = path.lastIndexOf('/');
        return path.substring(0, slash + 1) + pick(Near.NAMES);
    }

    private String path() {
        StringBuilder path = new StringBuilder(pick(Near.NAMES));
        while (random.nextInt(5) < 2) {
            path.append('/').append(pick(Near.NAMES));
        }
        return path.toString();
    }

    private Scalar any() {
        return switch (random.nextInt(7)) {
            case 0 -> new Null();
            case 1 -> new Bool(random.nextBoolean());
            case 2 -> new Empty();
            case 3 -> new Dec(new BigDecimal(near.decimal()).toPlainString());
            case 4 -> new Int(near.integer());
            default -> new Str(near.text());
        };
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
