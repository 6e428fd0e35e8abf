package ambit.retrieval.document;

import ambit.audit.scope.Chunk;
import ambit.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Puts the blocks of a document together to pieces of about a thousand characters, which is what the embedding model reads, and takes
 * larger ones apart at lines, sentences or words. Blocks under different headings never share a piece.
 */
final class Pieces {
    /** Characters that a piece has at least where there is more under its headings. */
    private static final int ENOUGH = 900;

    private static final int MOST = 1600;

    /** Of one document. */
    private static final int MAX_PIECES = 20_000;

    private final String unit;
    private final List<Piece> done = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private List<String> title = List.of();
    private SortedMap<String, Json> metadata = new TreeMap<>();
    private long from;
    private long to;

    /** @param unit what positions count */
    Pieces(String unit) {
        this.unit = unit;
    }

    /** Adds a block that reaches from the {@code first}th to the {@code last}th unit. */
    void add(List<String> headings, long first, long last, String block) throws UnreadableDocument {
        String clean = clean(block);
        if (clean.isBlank()) {
            return;
        }
        List<String> bounded = bounded(headings);
        if (!bounded.equals(title) || text.length() + clean.length() > MOST) {
            flush();
        }
        title = bounded;
        if (clean.length() <= MOST) {
            append(first, last, clean);
            if (text.length() >= ENOUGH) {
                flush();
            }
            return;
        }
        split(first, last, clean);
    }

    /** Adds a block that is not put together with others. */
    void addApart(List<String> headings, long first, long last, SortedMap<String, Json> attributes, String block)
            throws UnreadableDocument {
        flush();
        metadata = attributes;
        add(headings, first, last, block);
        flush();
        metadata = new TreeMap<>();
    }

    List<Piece> finish() throws UnreadableDocument {
        flush();
        return List.copyOf(done);
    }

    private void append(long first, long last, String clean) {
        if (text.isEmpty()) {
            from = first;
        } else {
            text.append("\n\n");
        }
        to = last;
        text.append(clean);
    }

    private void split(long first, long last, String clean) throws UnreadableDocument {
        boolean lines = unit.equals("line");
        long line = first;
        for (int at = 0; at < clean.length(); ) {
            int end = clean.length() - at <= MOST ? clean.length() : cut(clean, at, at + MOST);
            String part = clean.substring(at, end);
            long breaks = part.chars().filter(c -> c == '\n').count();
            String stripped = part.strip();
            if (!stripped.isEmpty()) {
                append(lines ? Math.min(line, last) : first, lines ? Math.min(line + breaks, last) : last, stripped);
                flush();
            }
            line += breaks;
            at = end;
        }
    }

    /** Where to cut: after the last line, sentence or word that ends in the second half, or in the middle of a word. */
    private static int cut(String text, int from, int limit) {
        int half = from + (limit - from) / 2;
        for (String mark : List.of("\n\n", "\n", ". ", "。", " ")) {
            int at = text.lastIndexOf(mark, limit - mark.length());
            if (at >= half) {
                return at + mark.length();
            }
        }
        return Character.isLowSurrogate(text.charAt(limit)) ? limit - 1 : limit;
    }

    private void flush() throws UnreadableDocument {
        if (text.isEmpty()) {
            return;
        }
        if (done.size() >= MAX_PIECES) {
            throw new UnreadableDocument("it has more than " + MAX_PIECES + " pieces of text; split the document");
        }
        done.add(new Piece(title, new Chunk.Position(unit, from, to), metadata, text.toString()));
        text.setLength(0);
    }

    private static List<String> bounded(List<String> headings) {
        return headings.stream()
                .map(heading -> clean(heading).strip().replaceAll("\\s+", " "))
                .filter(heading -> !heading.isEmpty())
                .map(heading -> heading.length() > Chunk.MAX_TITLE ? shortened(heading) : heading)
                .limit(Chunk.MAX_TITLES)
                .toList();
    }

    private static String shortened(String heading) {
        int end = Chunk.MAX_TITLE - 1;
        return heading.substring(0, Character.isLowSurrogate(heading.charAt(end)) ? end - 1 : end) + "…";
    }

    /** Without what no reader sees: controls, and half characters, which no encoding has. */
    private static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            boolean control = Character.getType(point) == Character.CONTROL && point != '\n' && point != '\t';
            if (!control && Character.getType(point) != Character.SURROGATE) {
                clean.appendCodePoint(point);
            }
        });
        return clean.toString().stripTrailing();
    }
}
