package ambit.cli.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Cards below each other, joined by lines, as an SVG 1.1 document: presentation attributes alone, fonts that every machine has a kind of, as
 * wide as its text. Everything that is written on it is escaped, and long lines are broken.
 */
public final class Drawing {
    private static final int COLUMNS = 108;
    private static final double COLUMN = 7.25;
    private static final int LINE = 18;
    private static final int MARGIN = 32;
    private static final int PADDING = 20;
    private static final int HEADING = 34;
    private static final int GAP = 40;
    private static final int BAR = 120;
    private static final int LEAST_WIDTH = 560;

    private static final String SANS = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";
    private static final String MONO = "Menlo, Consolas, DejaVu Sans Mono, Liberation Mono, monospace";
    private static final String TEXT = "#24292e";
    private static final String FAINT = "#6b7178";

    /** The colour of a card's edge. */
    public enum Ink {
        PLAIN("#8a9099"),
        GOOD("#2c7a4b"),
        WARN("#a86a00"),
        BAD("#b3261e");

        private final String colour;

        Ink(String colour) {
            this.colour = colour;
        }
    }

    private record Row(String text, String colour, boolean bold, long part, long whole) {}

    /** A box with a title and lines. */
    public static final class Card {
        private final String above;
        private final String title;
        private final String corner;
        private final Ink ink;
        private final List<Row> rows = new ArrayList<>();

        /**
         * An empty one.
         *
         * @param above what stands on the line to the card before
         * @param corner what stands at the right of the title
         */
        public Card(String above, String title, String corner, Ink ink) {
            this.above = above;
            this.title = title;
            this.corner = corner;
            this.ink = ink;
        }

        public void line(String text) {
            rows(text, TEXT, false);
        }

        /** Something that matters less; nothing where it is empty. */
        public void faint(String text) {
            rows(text, FAINT, false);
        }

        public void strong(String text, Ink colour) {
            rows(text, colour.colour, true);
        }

        /** A line with a bar that is filled as far as {@code part} is of {@code whole}. */
        public void bar(String text, long part, long whole) {
            rows.add(new Row(Terminal.plain(text), TEXT, false, part, whole));
        }

        private void rows(String text, String colour, boolean bold) {
            for (String line : broken(Terminal.plain(text))) {
                rows.add(new Row(line, colour, bold, 0, 0));
            }
        }

        private int height() {
            return HEADING + rows.size() * LINE + PADDING / 2;
        }
    }

    private final StringBuilder out = new StringBuilder();
    private final int width;

    private Drawing(int width) {
        this.width = width;
    }

    /** The document. */
    public static String of(String title, String subtitle, List<Card> cards, String note) {
        List<String> under = broken(Terminal.plain(subtitle));
        int columns = 0;
        for (String line : under) {
            columns = Math.max(columns, columns(line));
        }
        for (Card card : cards) {
            for (Row row : card.rows) {
                columns = Math.max(columns, columns(row.text) + (row.whole > 0 ? (int) (BAR / COLUMN) + 3 : 0));
            }
        }
        int width = Math.max(LEAST_WIDTH, (int) Math.ceil(columns * COLUMN) + 2 * (MARGIN + PADDING));
        return new Drawing(width).draw(title, under, cards, note);
    }

    private String draw(String title, List<String> under, List<Card> cards, String note) {
        int y = MARGIN + 22;
        text(MARGIN, y, SANS, 22, TEXT, true, title);
        for (String line : under) {
            y += LINE + 2;
            text(MARGIN, y, MONO, 12, FAINT, false, line);
        }
        y += 20;
        for (int i = 0; i < cards.size(); i++) {
            if (i > 0) {
                join(y, cards.get(i).above);
                y += GAP;
            }
            card(y, cards.get(i));
            y += cards.get(i).height();
        }
        y += 28;
        text(MARGIN, y, SANS, 12, FAINT, false, note);
        int height = y + MARGIN - 8;
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img">
                <title>%3$s</title>
                <rect width="%1$d" height="%2$d" fill="#faf9f6"/>
                %4$s</svg>
                """.formatted(width, height, escaped(title + ": " + String.join(" ", under)), out);
    }

    private void card(int y, Card card) {
        int wide = width - 2 * MARGIN;
        out.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"#ffffff\" stroke=\"#d9d6ce\"/>\n"
                .formatted(MARGIN, y, wide, card.height()));
        out.append("<rect x=\"%d\" y=\"%d\" width=\"4\" height=\"%d\" fill=\"%s\"/>\n"
                .formatted(MARGIN, y, card.height(), card.ink.colour));
        text(MARGIN + PADDING, y + 24, SANS, 15, card.ink == Ink.BAD ? card.ink.colour : TEXT, true, card.title);
        corner(width - MARGIN - PADDING, y + 24, card.corner);
        int at = y + HEADING + 12;
        for (Row row : card.rows) {
            text(MARGIN + PADDING, at, MONO, 12, row.colour, row.bold, row.text);
            if (row.whole > 0) {
                bar(at - 9, row);
            }
            at += LINE;
        }
    }

    private void bar(int y, Row row) {
        int x = width - MARGIN - PADDING - BAR;
        long filled = Math.round(BAR * (double) Math.min(row.part, row.whole) / row.whole);
        String colour = row.part >= row.whole ? Ink.WARN.colour : Ink.GOOD.colour;
        out.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"8\" fill=\"#ebe8e0\"/>\n".formatted(x, y, BAR));
        out.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"8\" fill=\"%s\"/>\n".formatted(x, y, filled, colour));
    }

    private void join(int y, String words) {
        int x = MARGIN + PADDING + 4;
        out.append("<path d=\"M%1$d %2$dV%3$d\" stroke=\"#8a9099\" fill=\"none\"/>\n".formatted(x, y, y + GAP - 6));
        out.append("<path d=\"M%d %dh8l-4 6z\" fill=\"#8a9099\"/>\n".formatted(x - 4, y + GAP - 7));
        text(x + 14, y + GAP / 2 + 4, SANS, 12, FAINT, false, words);
    }

    private void corner(int x, int y, String words) {
        out.append(
                "<text x=\"%d\" y=\"%d\" font-family=\"%s\" font-size=\"12\" fill=\"%s\" text-anchor=\"end\">%s</text>\n"
                        .formatted(x, y, MONO, FAINT, escaped(words)));
    }

    private void text(int x, int y, String font, int size, String colour, boolean bold, String words) {
        if (!words.isEmpty()) {
            out.append(
                    "<text x=\"%d\" y=\"%d\" font-family=\"%s\" font-size=\"%d\" fill=\"%s\"%s xml:space=\"preserve\">%s</text>\n"
                            .formatted(x, y, font, size, colour, bold ? " font-weight=\"bold\"" : "", escaped(words)));
        }
    }

    /** Lines of at most so many columns, broken at spaces where there are some; what follows the first is indented. */
    private static List<String> broken(String text) {
        List<String> lines = new ArrayList<>();
        String rest = text.strip();
        while (columns(rest) > COLUMNS) {
            int fits = fits(rest);
            int space = rest.lastIndexOf(' ', fits);
            int end = space > fits / 2 ? space : fits;
            lines.add(rest.substring(0, end));
            rest = "    " + rest.substring(end).strip();
        }
        if (!rest.isBlank()) {
            lines.add(rest);
        }
        return lines;
    }

    /** Characters that fit on a line, never half of a pair. */
    private static int fits(String text) {
        int columns = 0;
        int i = 0;
        while (i < text.length()) {
            int point = text.codePointAt(i);
            columns += columns(point);
            if (columns > COLUMNS) {
                return i;
            }
            i += Character.charCount(point);
        }
        return i;
    }

    private static int columns(String text) {
        return text.codePoints().map(Drawing::columns).sum();
    }

    /** Scripts of East Asia and pictures take two. */
    private static int columns(int point) {
        return point >= 0x1100 ? 2 : 1;
    }

    /** For XML, without what XML cannot hold. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        Terminal.plain(text).codePoints().forEach(point -> {
            switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint((point & 0xfffe) == 0xfffe ? 0xfffd : point);
            }
        });
        return escaped.toString();
    }
}
