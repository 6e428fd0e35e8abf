package ambit.authority;

/** What others wrote, in words for people: nothing in it can move the cursor, end the line or pass for a word of ours. */
public final class Words {
    private Words() {}

    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if ((c >= 0x20 && c < 0x7f) || Character.isLetterOrDigit(c)) {
                quoted.appendCodePoint(c);
            } else {
                quoted.append("\\u{").append(Integer.toHexString(c)).append('}');
            }
        });
        return quoted.append('"').toString();
    }

    /** A name as it is where it is harmless, quoted otherwise. */
    public static String plain(String name) {
        return name.matches("[A-Za-z0-9._/:@*~-]+") ? name : quote(name);
    }

    /** Sentences have an end; what a guest calls its arguments need not. */
    public static String shortened(String text) {
        int most = 120;
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most)) + "…";
    }
}
