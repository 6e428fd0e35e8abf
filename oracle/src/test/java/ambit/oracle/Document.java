package ambit.oracle;

import ambit.oracle.Case.Argument;
import ambit.oracle.Case.Bool;
import ambit.oracle.Case.Dec;
import ambit.oracle.Case.Different;
import ambit.oracle.Case.Empty;
import ambit.oracle.Case.Int;
import ambit.oracle.Case.Null;
import ambit.oracle.Case.Scalar;
import ambit.oracle.Case.Str;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Arguments put together again to the object that they may have come from. What does not fit what is there is left out. */
final class Document {
    /** What is at one place: a value, members, or items. */
    private static final class Place {
        private final List<Params> values = new ArrayList<>();
        private final Map<String, Place> members = new LinkedHashMap<>();
        private final List<Place> items = new ArrayList<>();

        Params params() {
            if (!members.isEmpty()) {
                return object();
            }
            if (!items.isEmpty()) {
                return new Params.Arr(items.stream().map(Place::params).toList());
            }
            return values.isEmpty() ? new Params.Obj(List.of()) : values.getFirst();
        }

        Params.Obj object() {
            return new Params.Obj(members.entrySet().stream()
                    .map(member ->
                            new Params.Member(member.getKey(), member.getValue().params()))
                    .toList());
        }
    }

    private Document() {}

    static Params.Obj of(List<Argument> arguments, SplittableRandom random) {
        Place root = new Place();
        for (Argument argument : arguments) {
            Place at = root;
            for (String step : argument.path().split("/", -1)) {
                if (step.equals("*") && at != root) {
                    Place item = new Place();
                    at.items.add(item);
                    at = item;
                } else {
                    String name =
                            step.equals("~2") ? "*" : step.replace("~1", "/").replace("~0", "~");
                    at = at.members.computeIfAbsent(name, _ -> new Place());
                }
            }
            at.values.add(params(argument.value(), random));
        }
        return root.object();
    }

    private static Params params(Scalar value, SplittableRandom random) {
        return switch (value) {
            case Null _, Different _ -> new Params.Word("null");
            case Bool(boolean yes) -> new Params.Word(Boolean.toString(yes));
            case Int(long number) -> new Params.Num(Long.toString(number));
            case Str(String text) -> new Params.Text(text);
            case Dec(String plain) -> new Params.Num(spelled(plain, random));
            case Empty _ -> random.nextBoolean() ? new Params.Obj(List.of()) : new Params.Arr(List.of());
        };
    }

    /** One of the ways to write a number that has a fraction or an exponent. */
    private static String spelled(String plain, SplittableRandom random) {
        String exponent = random.nextBoolean() ? "e" : "E";
        int point = plain.indexOf('.');
        return switch (random.nextInt(4)) {
            case 0 -> plain + exponent + "0";
            case 1 -> plain + exponent + "+" + random.nextInt(4);
            case 2 -> plain + exponent + "-0" + random.nextInt(4);
            default -> point < 0 ? plain + ".0" : plain;
        };
    }
}
