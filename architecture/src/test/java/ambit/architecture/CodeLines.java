package ambit.architecture;

import java.util.regex.Pattern;

/** Counts the lines of a Java source that hold more than comments, blanks and the names of packages. */
final class CodeLines {

    private static final String TEXT_BLOCK = "\"\"\"";

    private static final Pattern NAMES = Pattern.compile("(?m)^(import|package) [^;\n]+;$");

    private final String source;
    private int position;
    private int lines;
    private boolean lineHasCode;

    private CodeLines(String source) {
        this.source = source;
    }

    static int count(String source) {
        return new CodeLines(NAMES.matcher(source).replaceAll("")).count();
    }

    private int count() {
        while (position < source.length()) {
            if (source.startsWith("//", position)) {
                skipTo("\n");
            } else if (source.startsWith("/*", position)) {
                position += 2;
                skipPast("*/");
            } else if (source.startsWith(TEXT_BLOCK, position)) {
                quoted(TEXT_BLOCK);
            } else if (source.charAt(position) == '"') {
                quoted("\"");
            } else if (source.charAt(position) == '\'') {
                quoted("'");
            } else {
                step(!Character.isWhitespace(source.charAt(position)));
            }
        }
        endLine();
        return lines;
    }

    private void skipTo(String end) {
        while (position < source.length() && !source.startsWith(end, position)) {
            step(false);
        }
    }

    private void skipPast(String end) {
        skipTo(end);
        position = Math.min(position + end.length(), source.length());
    }

    private void quoted(String quote) {
        advance(quote.length());
        while (position < source.length() && !source.startsWith(quote, position)) {
            advance(source.charAt(position) == '\\' ? 2 : 1);
        }
        advance(quote.length());
    }

    private void advance(int characters) {
        for (int i = 0; i < characters && position < source.length(); i++) {
            step(true);
        }
    }

    private void step(boolean code) {
        if (source.charAt(position) == '\n') {
            endLine();
        } else {
            lineHasCode |= code;
        }
        position++;
    }

    private void endLine() {
        if (lineHasCode) {
            lines++;
        }
        lineHasCode = false;
    }
}
