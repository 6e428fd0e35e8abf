package ambit.cli;

import ambit.cli.outcome.Failure;
import java.net.URI;
import java.net.URISyntaxException;

/** Where something is on the web, as the command line says it. */
final class HttpAddress {
    private HttpAddress() {}

    /** Whether the text means an address, and not a file. */
    static boolean looksLike(String text) {
        return text.matches("(?i)https?:.*");
    }

    static URI parse(String text) {
        try {
            URI address = new URI(text);
            if (looksLike(text) && address.getHost() != null && address.getPort() <= 65_535) {
                return address;
            }
        } catch (URISyntaxException e) {
            // The same as any other that is none.
        }
        throw Failure.usage(
                "'" + text + "' is no web address", "such as http://127.0.0.1:8080 or https://log.example/");
    }
}
