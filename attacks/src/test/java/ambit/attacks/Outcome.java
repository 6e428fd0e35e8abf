package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How a command ended and what it printed. */
public record Outcome(int exit, String out, String err) {
    private static final JsonMapper JSON = new JsonMapper();

    /** What the guest's program handed to {@code say()}: the last line of the output. */
    public JsonNode said() {
        String last = out.strip().substring(out.strip().lastIndexOf('\n') + 1);
        if (!last.startsWith("{")) {
            throw new AssertionError("the guest said nothing: " + this);
        }
        return JSON.readTree(last);
    }

    public JsonNode json() {
        return JSON.readTree(out);
    }

    /** Checks the exit code; everything that was printed is in the message if it is another one. */
    public Outcome exits(int code) {
        assertThat(exit).as("%s", this).isEqualTo(code);
        return this;
    }

    @Override
    public String toString() {
        return "exit code " + exit + "\n--- out\n" + tail(out) + "\n--- err\n" + tail(err);
    }

    private static String tail(String text) {
        return text.substring(Math.max(0, text.length() - 4000));
    }
}
