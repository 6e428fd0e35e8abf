package ambit.cli;

import ambit.cli.outcome.Failure;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An entry of memory as a person names it: {@code KEY}, or {@code KEY@VERSION}. */
record EntryName(String key, OptionalLong version) {
    private static final Pattern FORM = Pattern.compile("(?s)(.+)@([1-9][0-9]{0,17})");

    /** What follows the last {@code @} is a version if it is a number. */
    static EntryName of(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? new EntryName(matcher.group(1), OptionalLong.of(Long.parseLong(matcher.group(2))))
                : new EntryName(text, OptionalLong.empty());
    }

    long requiredVersion() {
        return version.orElseThrow(() -> Failure.usage(
                "'" + key + "' names no version", "such as " + key + "@2; 'ambit memory history' lists them"));
    }
}
