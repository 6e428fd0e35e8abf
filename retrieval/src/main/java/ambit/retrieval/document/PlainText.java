package ambit.retrieval.document;

import ambit.audit.scope.Chunk;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The formats that are read line by line. */
final class PlainText {
    private static final Pattern ATX = Pattern.compile(" {0,3}(#{1,6})(?:[ \\t]+(.*?))?[ \\t]*#*[ \\t]*");
    private static final Pattern SETEXT = Pattern.compile(" {0,3}(=+|-{2,})[ \\t]*");
    private static final Pattern FENCE = Pattern.compile(" {0,3}(`{3,}|~{3,}).*");
    private static final int MAX_SIGNATURE = 120;

    private final List<String> lines;

    private PlainText(String text) {
        this.lines = text.lines().toList();
    }

    /** Paragraphs. */
    static List<Piece> text(String text) throws UnreadableDocument {
        return new PlainText(text).paragraphs();
    }

    /** Paragraphs and fenced blocks under their headings. */
    static List<Piece> markdown(String text) throws UnreadableDocument {
        return new PlainText(text).sections();
    }

    /** Definitions: what begins in the first column, and what is indented below it. */
    static List<Piece> code(String text) throws UnreadableDocument {
        return new PlainText(text).definitions();
    }

    /** A record for each line. */
    static List<Piece> jsonLines(String text) throws UnreadableDocument {
        return new PlainText(text).records();
    }

    private String between(int from, int to) {
        return String.join("\n", lines.subList(from, to));
    }

    private List<Piece> paragraphs() throws UnreadableDocument {
        Pieces pieces = new Pieces("line");
        int start = 0;
        for (int i = 0; i <= lines.size(); i++) {
            if (i == lines.size() || lines.get(i).isBlank()) {
                pieces.add(List.of(), start + 1L, Math.max(start + 1, i), between(start, i));
                start = i + 1;
            }
        }
        return pieces.finish();
    }

    private List<Piece> sections() throws UnreadableDocument {
        Pieces pieces = new Pieces("line");
        Headings headings = new Headings();
        int start = 0;
        int i = 0;
        while (i < lines.size()) {
            String line = lines.get(i);
            Matcher atx = ATX.matcher(line);
            Matcher fence = FENCE.matcher(line);
            boolean underlined = i > start
                    && SETEXT.matcher(line).matches()
                    && !lines.get(i - 1).isBlank();
            if (fence.matches()) {
                int end = fenceEnd(i, fence.group(1));
                pieces.add(headings.path(), start + 1L, end, between(start, end));
                start = end;
                i = end;
            } else if (atx.matches()) {
                flush(pieces, headings, start, i);
                String title = atx.group(2);
                headings.set(atx.group(1).length(), title == null ? "" : title);
                start = ++i;
            } else if (underlined) {
                flush(pieces, headings, start, i - 1);
                headings.set(line.strip().startsWith("=") ? 1 : 2, lines.get(i - 1));
                start = ++i;
            } else if (line.isBlank()) {
                flush(pieces, headings, start, i);
                start = ++i;
            } else {
                i++;
            }
        }
        flush(pieces, headings, start, lines.size());
        return pieces.finish();
    }

    private void flush(Pieces pieces, Headings headings, int from, int to) throws UnreadableDocument {
        if (from < to) {
            pieces.add(headings.path(), from + 1L, to, between(from, to));
        }
    }

    private int fenceEnd(int open, String fence) {
        for (int i = open + 1; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.startsWith(fence) && line.chars().allMatch(c -> c == fence.charAt(0))) {
                return i + 1;
            }
        }
        return lines.size();
    }

    private List<Piece> definitions() throws UnreadableDocument {
        Pieces pieces = new Pieces("line");
        List<String> signature = List.of();
        int start = 0;
        boolean afterBlank = true;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean outermost = !line.isBlank() && !Character.isWhitespace(line.charAt(0));
            if (afterBlank && outermost && isSignature(i)) {
                addCode(pieces, signature, start, i);
                start = i;
                signature = List.of(shortened(signatureOf(i)));
            } else if (line.isBlank() && i > start) {
                addCode(pieces, signature, start, i);
                start = i + 1;
            }
            afterBlank = line.isBlank();
        }
        addCode(pieces, signature, start, lines.size());
        return pieces.finish();
    }

    private void addCode(Pieces pieces, List<String> signature, int from, int to) throws UnreadableDocument {
        if (from < to) {
            pieces.add(signature, from + 1L, to, between(from, to));
        }
    }

    /** Whether a definition begins here: within a few lines of comments and annotations something is opened. */
    private boolean isSignature(int at) {
        return !signatureOf(at).isEmpty();
    }

    private String signatureOf(int at) {
        for (int i = at; i < Math.min(lines.size(), at + 12) && !lines.get(i).isBlank(); i++) {
            String line = lines.get(i).strip();
            boolean comment =
                    line.startsWith("*") || line.startsWith("/") || line.startsWith("#") || line.startsWith("@");
            if (!comment
                    && (line.endsWith("{")
                            || line.endsWith(":")
                            || line.endsWith(")")
                            || line.endsWith("=")
                            || line.endsWith("do"))) {
                return line;
            }
        }
        return "";
    }

    private static String shortened(String line) {
        return line.length() > MAX_SIGNATURE ? line.substring(0, MAX_SIGNATURE) : line;
    }

    private List<Piece> records() throws UnreadableDocument {
        Pieces pieces = new Pieces("record");
        int record = 0;
        for (String line : lines) {
            if (!line.isBlank()) {
                record++;
                add(pieces, record, line);
            }
        }
        return pieces.finish();
    }

    private static void add(Pieces pieces, int record, String line) throws UnreadableDocument {
        Map<String, Json> members;
        try {
            Json json = Json.parse(Blob.of(line.getBytes(StandardCharsets.UTF_8)));
            members = json instanceof Json.Obj(Map<String, Json> all) ? all : Map.of("text", json);
        } catch (MalformedException e) {
            throw new UnreadableDocument("its record " + record + " is not strict JSON: " + e.getMessage(), e);
        }
        Map<String, Json> rest = new LinkedHashMap<>(members);
        List<String> title = rest.remove("title") instanceof Json.Str(String name) ? List.of(name) : List.of();
        List<String> body = new ArrayList<>();
        for (String name : List.of("text", "content", "body")) {
            if (rest.get(name) instanceof Json.Str(String value)) {
                body.add(value);
                rest.remove(name);
            }
        }
        SortedMap<String, Json> metadata = new TreeMap<>();
        rest.forEach((name, value) -> {
            if (isAttribute(name, value) && metadata.size() < Chunk.MAX_METADATA / 2) {
                metadata.put(name, value);
            } else {
                body.add(name + ": " + flat(value));
            }
        });
        pieces.addApart(title, record, record, metadata, String.join("\n\n", body));
    }

    private static boolean isAttribute(String name, Json value) {
        boolean named = name.length() <= Chunk.MAX_NAME && !name.isEmpty() && !name.equals("source");
        return named
                && switch (value) {
                    case Json.Str(String text) -> text.length() <= 64;
                    case Json.Int _, Json.Bool _ -> true;
                    case Json.Dec _, Json.Null _, Json.Arr _, Json.Obj _ -> false;
                };
    }

    /** A value in words. */
    private static String flat(Json value) {
        return switch (value) {
            case Json.Str(String text) -> text;
            case Json.Int(long number) -> Long.toString(number);
            case Json.Dec(String number) -> number;
            case Json.Bool(boolean yes) -> Boolean.toString(yes);
            case Json.Null _ -> "";
            case Json.Arr(List<Json> items) ->
                String.join(", ", items.stream().map(PlainText::flat).toList());
            case Json.Obj(Map<String, Json> members) ->
                String.join(
                        "; ",
                        members.entrySet().stream()
                                .map(it -> it.getKey() + ": " + flat(it.getValue()))
                                .toList());
        };
    }
}
