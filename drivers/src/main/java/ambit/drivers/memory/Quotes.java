package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.drivers.Foreign;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.List;
import java.util.Map;

/** A value that says where it has it from: an object whose {@code quotes} are chunks, hash and text, as a search returned them. */
final class Quotes {
    private Quotes() {}

    static void check(Blob value, RetrievedChunks chunks) throws DriverFailure {
        if (!(parsed(value) instanceof Json.Obj(Map<String, Json> members))
                || !(members.get("quotes") instanceof Json.Arr(List<Json> quotes))
                || quotes.isEmpty()) {
            throw refusal("it has no 'quotes', a list of {\"hash\": …, \"text\": …} with at least one");
        }
        for (Json quote : quotes) {
            if (!(quote instanceof Json.Obj(Map<String, Json> parts))
                    || parts.size() != 2
                    || !(parts.get("hash") instanceof Json.Str(String hash))
                    || !(parts.get("text") instanceof Json.Str(String text))
                    || !hash.matches("[0-9a-f]{64}")) {
                throw refusal("a quote is not {\"hash\": 64 digits, \"text\": …}");
            }
            if (!chunks.holds(Blob.fromHex(hash), text)) {
                throw refusal("no search of this transaction returned the chunk " + hash.substring(0, 12) + "… “"
                        + Foreign.quote(text.substring(0, Math.min(text.length(), 60))) + "”");
            }
        }
    }

    private static Json parsed(Blob value) throws DriverFailure {
        try {
            return Json.parse(value);
        } catch (MalformedException e) {
            throw new DriverFailure(Denial.INTERNAL, "a staged value is not JSON", e);
        }
    }

    private static DriverFailure refusal(String why) {
        return new DriverFailure(Denial.NOT_QUOTED, "the value must quote what was retrieved: " + why);
    }
}
