package ambit.cli.config;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the log's events go besides the log.
 *
 * @param to {@code file:PATH}, {@code syslog://HOST:PORT}, {@code syslog+udp://HOST:PORT} or {@code otlp:URL}
 * @param credential a bearer token, for {@code otlp} alone
 * @param at where it stands in {@code ambit.yaml}, if it does
 */
public record Shipping(String to, Optional<Credential> credential, Optional<Position> at) {

    public static final String EXPECTED = "file:PATH, syslog://HOST:PORT, syslog+udp://HOST:PORT or otlp:URL";

    private static final String HOST = "([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\])";
    private static final String PORT =
            "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

    /** What {@code to} can be. */
    public static final Pattern FORM = Pattern.compile("file:[^\\x00-\\x1f\\x7f]{1,1024}|syslog(\\+udp)?://" + HOST
            + ":" + PORT + "|otlp:https?://[^/@#?\\s]+[^@#\\s]*");

    /** Whether a credential has a place there. */
    boolean takesCredential() {
        return to.startsWith("otlp:");
    }
}
