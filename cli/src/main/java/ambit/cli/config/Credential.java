package ambit.cli.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** Where a secret is found when the kernel starts. The secret itself never stands in {@code ambit.yaml}. */
public sealed interface Credential {

    /** How it is written. */
    Pattern FORM = Pattern.compile("env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:[^\\x00-\\x1f\\x7f]{1,1024}");

    /** The place that a text of this form names. */
    static Optional<Credential> parse(String text) {
        return Optional.of(text)
                .filter(it -> FORM.matcher(it).matches())
                .map(it -> it.startsWith("env:")
                        ? new Variable(it.substring("env:".length()))
                        : new File(it.substring("file:".length())));
    }

    /** An environment variable of the process that starts the kernel. */
    record Variable(String name) implements Credential {
        @Override
        public String toString() {
            return "env:" + name;
        }
    }

    /** A file, relative to {@code ambit.yaml}; trailing line ends are not part of the secret. */
    record File(String path) implements Credential {
        @Override
        public String toString() {
            return "file:" + path;
        }
    }
}
