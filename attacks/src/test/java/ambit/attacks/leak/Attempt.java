package ambit.attacks.leak;

import java.util.Map;

/**
 * One attempt: what is asked, and the request of a guest. In path and body {@code @handle:NAME@} stands for a handle of the guest's own, and
 * {@code @id:N@} for an id that others have.
 */
record Attempt(int number, Kind kind, Asked asked, String method, String path, String body) {
    Map<String, Object> json() {
        return Map.of("number", number, "kind", kind.name(), "method", method, "path", path, "body", body);
    }
}
