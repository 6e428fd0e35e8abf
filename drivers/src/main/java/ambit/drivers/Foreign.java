package ambit.drivers;

/** Text that came from outside, made fit to stand in a sentence of ours. */
public final class Foreign {
    /** UTF-16 code units that are quoted at most. */
    private static final int LONGEST = 300;

    private Foreign() {}

    /** One line without control characters, shortened to 300 characters. */
    public static String quote(String text) {
        StringBuilder line = new StringBuilder();
        boolean space = false;
        for (int at = 0; at < text.length() && line.length() < LONGEST; ) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            if (Character.isWhitespace(point)) {
                space = !line.isEmpty();
            } else if (isPlain(point)) {
                if (space) {
                    line.append(' ');
                    space = false;
                }
                line.appendCodePoint(point);
            }
        }
        return line.length() >= LONGEST ? line + "…" : line.toString();
    }

    /** Neither a control nor a character that rewrites how others are shown (such as U+202E), nor half a pair. */
    private static boolean isPlain(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
