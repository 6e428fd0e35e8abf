package ambit.cli.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** What things may be called, and which known name an unknown one is nearest to. */
final class Names {

    /** Tenants, principals, tools and agents: they become file names and parts of capability names. */
    static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** {@code tool.operation}; operations are named by others (MCP servers), so they get more room. */
    static final Pattern CAPABILITY = Pattern.compile("[a-z][a-z0-9-]{0,31}\\.[A-Za-z0-9_./-]{1,128}");

    static final Pattern ENVIRONMENT = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    static final Pattern GUEST_PATH = Pattern.compile("(/[A-Za-z0-9._@+-]{1,128}){1,16}");

    private Names() {}

    /** The known name that was probably meant. */
    static Optional<String> nearest(String unknown, Collection<String> known) {
        int reach = Math.max(1, Math.min(3, unknown.length() / 3));
        return known.stream()
                .filter(name -> distance(unknown, name) <= reach)
                .min(Comparator.comparingInt((String name) -> distance(unknown, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** A hint that names the nearest known name, or all of them. */
    static String hint(String unknown, Collection<String> known) {
        return nearest(unknown, known)
                .map(name -> "did you mean '" + name + "'?")
                .orElse(known.isEmpty() ? "there is none yet" : "known here: " + String.join(", ", known));
    }

    private static int distance(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int substituted = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[right.length()];
    }
}
