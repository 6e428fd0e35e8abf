package ambit.oracle;

import java.util.List;
import java.util.stream.Collectors;

/** The parameters of a call, with numbers as they are spelled. */
sealed interface Params {
    record Word(String word) implements Params {}

    record Num(String spelling) implements Params {}

    record Text(String value) implements Params {}

    record Arr(List<Params> items) implements Params {}

    record Member(String name, Params value) {}

    record Obj(List<Member> members) implements Params {}

    /** As a JSON document. */
    default String document() {
        return switch (this) {
            case Word(String word) -> word;
            case Num(String spelling) -> spelling;
            case Text(String value) -> quote(value);
            case Arr(List<Params> items) ->
                items.stream().map(Params::document).collect(Collectors.joining(",", "[", "]"));
            case Obj(List<Member> members) ->
                members.stream()
                        .map(member ->
                                quote(member.name()) + ":" + member.value().document())
                        .collect(Collectors.joining(",", "{", "}"));
        };
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(unit -> {
            if (unit < ' ' || unit == '"' || unit == '\\') {
                quoted.append("\\u%04x".formatted(unit));
            } else {
                quoted.append((char) unit);
            }
        });
        return quoted.append('"').toString();
    }
}
