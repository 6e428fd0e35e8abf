package ambit.drivers;

import ambit.wire.Denial;
import ambit.wire.Json;
import java.util.Map;

/**
 * State that a provider keeps under a name is memory that the kernel did not map: another transaction could name it. So a
 * request that stores something there, or names something stored there, is refused. It cannot be mended on the way, because the
 * driver sends exactly the bytes that were decided on.
 */
final class ProviderState {
    private ProviderState() {}

    /** Refuses a chat request that leaves or finds state at the provider. */
    static void refuse(Map<String, Json> request) throws DriverFailure {
        if (request.containsKey("store") && !isFalseOrNull(request.get("store"))) {
            throw refusal("store", "would keep the conversation at the provider; leave it out or set it to false");
        }
        for (String field : new String[] {"previous_response_id", "conversation"}) {
            if (request.containsKey(field) && !(request.get(field) instanceof Json.Null)) {
                throw refusal(field, "names a conversation that the provider keeps; send the messages themselves");
            }
        }
        if (request.get("messages") instanceof Json.Arr messages) {
            for (Json message : messages.items()) {
                refuseInMessage(message);
            }
        }
    }

    private static void refuseInMessage(Json message) throws DriverFailure {
        if (!(message instanceof Json.Obj(Map<String, Json> members))) {
            return;
        }
        if (members.get("audio") instanceof Json.Obj(Map<String, Json> audio) && audio.containsKey("id")) {
            throw refusal("messages.audio.id", "names a recording that the provider keeps; send the text instead");
        }
        if (members.get("content") instanceof Json.Arr content) {
            for (Json part : content.items()) {
                if (part instanceof Json.Obj(Map<String, Json> fields)
                        && fields.get("file") instanceof Json.Obj(Map<String, Json> file)
                        && file.containsKey("file_id")) {
                    throw refusal("file_id", "names a file that the provider keeps; send it as file_data");
                }
            }
        }
    }

    private static boolean isFalseOrNull(@org.jspecify.annotations.Nullable Json value) {
        return value instanceof Json.Null || (value instanceof Json.Bool(boolean store) && !store);
    }

    private static DriverFailure refusal(String field, String why) {
        return new DriverFailure(Denial.CONSTRAINT, "the field '" + field + "' " + why);
    }
}
