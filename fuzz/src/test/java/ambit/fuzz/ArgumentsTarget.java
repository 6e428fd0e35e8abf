package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Arguments;
import ambit.decision.Values;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Parameters are flattened as docs/constraints.md says, and each text is read as a place exactly where it is one. */
final class ArgumentsTarget {
    private record Flat(String path, Json value) {}

    private ArgumentsTarget() {}

    static void check(byte[] input) {
        Json.Obj params;
        try {
            if (!(Json.parse(Blob.of(input)) instanceof Json.Obj object)) {
                return;
            }
            params = object;
        } catch (MalformedException e) {
            return;
        }
        List<Flat> expected = new ArrayList<>();
        long paths = flatten("", true, params, expected);
        Values values;
        try {
            values = Arguments.of(params);
        } catch (MalformedException e) {
            assertThat(paths).isGreaterThan(Arguments.MAX_PATHS);
            return;
        }
        if (expected.size() > Arguments.MAX) {
            assertThat(values.size()).isGreaterThan(Arguments.MAX);
            return;
        }
        assertThat(paths).isLessThanOrEqualTo(Arguments.MAX_PATHS);
        assertThat(values.size()).isEqualTo(expected.size());
        for (int i = 0; i < values.size(); i++) {
            assertThat(text(values.path(i))).isEqualTo(expected.get(i).path());
            same(expected.get(i).value(), values, i);
        }
    }

    /** Answers how long the paths are together; stops where they or the arguments are too many. */
    private static long flatten(String path, boolean whole, Json value, List<Flat> into) {
        String below = whole ? "" : path + "/";
        long paths = 0;
        switch (value) {
            case Json.Obj(Map<String, Json> members)
            when whole || !members.isEmpty() -> {
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    if (into.size() <= Arguments.MAX && paths <= Arguments.MAX_PATHS) {
                        paths += flatten(below + escaped(member.getKey()), false, member.getValue(), into);
                    }
                }
            }
            case Json.Arr(List<Json> items)
            when !items.isEmpty() -> {
                for (Json item : items) {
                    if (into.size() <= Arguments.MAX && paths <= Arguments.MAX_PATHS) {
                        paths += flatten(below + "*", false, item, into);
                    }
                }
            }
            default -> {
                into.add(new Flat(path, value));
                paths += path.length();
            }
        }
        return paths;
    }

    private static String escaped(String name) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            escaped.append(c == '~' ? "~0" : c == '/' ? "~1" : name.equals("*") ? "~2" : String.valueOf(c));
        }
        return escaped.toString();
    }

    private static void same(Json value, Values values, int i) {
        switch (value) {
            case Json.Null() -> is(values, i, Values.NULL, "", 0);
            case Json.Bool(boolean yes) -> is(values, i, Values.BOOL, "", yes ? 1 : 0);
            case Json.Int(long number) -> is(values, i, Values.INT, Long.toString(number), number);
            case Json.Dec(String number) -> is(values, i, Values.DECIMAL, new BigDecimal(number).toPlainString(), 0);
            case Json.Str(String text) -> {
                is(values, i, Values.STRING, text, 0);
                reads(Readings.address(text), values.address(i), text);
                reads(Readings.host(text).map(ArgumentsTarget::utf8), values.host(i), text);
                reads(Readings.url(text).map(ArgumentsTarget::utf8), values.url(i), text);
            }
            case Json.Obj _, Json.Arr _ -> is(values, i, Values.EMPTY, "", 0);
        }
    }

    private static void is(Values values, int i, int type, String text, long number) {
        assertThat(values.type(i)).isEqualTo(type);
        assertThat(text(values.text(i))).isEqualTo(text);
        assertThat(values.number(i)).isEqualTo(number);
        if (type != Values.STRING) {
            assertThat(values.address(i).length + values.host(i).length + values.url(i).length)
                    .isZero();
        }
    }

    private static void reads(Optional<byte[]> expected, byte[] found, String text) {
        assertThat(found).as("a reading of %s", text).isEqualTo(expected.orElse(new byte[0]));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
