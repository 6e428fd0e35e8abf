package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The parameters of a tool: an object with nothing in it but what the tool knows. */
record Params(Map<String, Json> members) {
    static Params of(Blob json, Set<String> known) throws DriverFailure {
        try {
            if (Json.parse(json) instanceof Json.Obj(Map<String, Json> members)) {
                for (String name : members.keySet()) {
                    if (!known.contains(name)) {
                        throw new DriverFailure(
                                Denial.ARGUMENT_NOT_NAMED,
                                "'" + ambit.drivers.Foreign.quote(name) + "' is no argument of this tool; it takes "
                                        + known.stream().sorted().toList());
                    }
                }
                return new Params(members);
            }
        } catch (MalformedException e) {
            throw new DriverFailure(Denial.MALFORMED, "the parameters are not strict JSON: " + e.getMessage(), e);
        }
        throw new DriverFailure(Denial.MALFORMED, "the parameters are not an object");
    }

    String text(String name) throws DriverFailure {
        return optionalText(name)
                .orElseThrow(
                        () -> new DriverFailure(Denial.ARGUMENT_MISSING, "the argument '" + name + "' is missing"));
    }

    Optional<String> optionalText(String name) throws DriverFailure {
        return switch (members.get(name)) {
            case null -> Optional.empty();
            case Json.Str(String text) -> Optional.of(text);
            default -> throw wrong(name, "a string");
        };
    }

    MemoryKey key() throws DriverFailure {
        return MemoryKey.parse(text("key"));
    }

    Optional<Long> optionalNumber(String name) throws DriverFailure {
        return switch (members.get(name)) {
            case null -> Optional.empty();
            case Json.Int(long number) when number > 0 -> Optional.of(number);
            default -> throw wrong(name, "a whole number from 1 up");
        };
    }

    long number(String name) throws DriverFailure {
        return optionalNumber(name)
                .orElseThrow(
                        () -> new DriverFailure(Denial.ARGUMENT_MISSING, "the argument '" + name + "' is missing"));
    }

    Optional<Boolean> optionalFlag(String name) throws DriverFailure {
        return switch (members.get(name)) {
            case null -> Optional.empty();
            case Json.Bool(boolean flag) -> Optional.of(flag);
            default -> throw wrong(name, "true or false");
        };
    }

    private static DriverFailure wrong(String name, String what) {
        return new DriverFailure(Denial.MALFORMED, "the argument '" + name + "' is not " + what);
    }
}
