package ambit.cli;

import ambit.cli.outcome.Failure;
import ambit.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a tool of the kernel answered: an object whose members are as its documentation says, or the kernel failed. */
record Said(Map<String, Json> members) {

    static Said of(Json json) {
        if (json instanceof Json.Obj(Map<String, Json> members)) {
            return new Said(members);
        }
        throw Failure.kernel("the memory driver answered with something else than an object", "");
    }

    String text(String name) {
        return members.get(name) instanceof Json.Str(String text) ? text : missing(name);
    }

    long number(String name) {
        if (members.get(name) instanceof Json.Int(long number)) {
            return number;
        }
        throw unlike(name);
    }

    boolean flag(String name) {
        return members.get(name) instanceof Json.Bool(boolean yes) && yes;
    }

    Said object(String name) {
        return of(members.getOrDefault(name, new Json.Null()));
    }

    Optional<Json> value(String name) {
        return Optional.ofNullable(members.get(name));
    }

    Optional<String> optionalText(String name) {
        return members.get(name) instanceof Json.Str(String text) ? Optional.of(text) : Optional.empty();
    }

    /** The objects of a list; none where there is no such list. */
    List<Said> list(String name) {
        return members.get(name) instanceof Json.Arr(List<Json> items)
                ? items.stream().map(Said::of).toList()
                : List.of();
    }

    private static String missing(String name) {
        throw unlike(name);
    }

    private static Failure unlike(String name) {
        return Failure.kernel("the memory driver's answer has no '" + name + "'", "the kernel is of another version");
    }
}
