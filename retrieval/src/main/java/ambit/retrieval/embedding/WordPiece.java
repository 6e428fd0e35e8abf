package ambit.retrieval.embedding;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The tokenizer of BERT's uncased models: text cleaned, lower case, without accents, split at white space and punctuation, each word
 * into the longest pieces that the vocabulary has. In Java, since what it reads is hostile and native code would read it otherwise.
 *
 * <p>Immutable.
 */
final class WordPiece {
    private static final String UNKNOWN = "[UNK]";
    private static final String START = "[CLS]";
    private static final String END = "[SEP]";
    private static final String CONTINUES = "##";

    /** Code points; a longer word is unknown. */
    private static final int LONGEST_WORD = 100;

    private final Map<String, Integer> vocabulary;
    private final int unknown;
    private final int start;
    private final int end;

    WordPiece(Map<String, Integer> vocabulary) {
        this.vocabulary = Map.copyOf(vocabulary);
        this.unknown = required(UNKNOWN);
        this.start = required(START);
        this.end = required(END);
    }

    private int required(String token) {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw new IllegalArgumentException("the vocabulary has no " + token);
        }
        return id;
    }

    /** The ids of the text's tokens between those of start and end, at most {@code most} in all. */
    int[] encode(String text, int most) {
        List<Integer> ids = new ArrayList<>();
        ids.add(start);
        StringBuilder word = new StringBuilder();
        String clean = normalized(text);
        for (int at = 0; at < clean.length() && ids.size() < most; ) {
            int point = clean.codePointAt(at);
            at += Character.charCount(point);
            if (isSpace(point)) {
                flush(word, ids);
            } else if (isPunctuation(point) || isIdeograph(point)) {
                flush(word, ids);
                flush(word.appendCodePoint(point), ids);
            } else {
                word.appendCodePoint(point);
            }
        }
        flush(word, ids);
        int kept = Math.min(ids.size(), most - 1);
        int[] result = Arrays.copyOf(
                ids.stream().mapToInt(Integer::intValue).limit(kept).toArray(), kept + 1);
        result[kept] = end;
        return result;
    }

    private void flush(StringBuilder word, List<Integer> ids) {
        if (!word.isEmpty()) {
            ids.addAll(pieces(word.toString()));
            word.setLength(0);
        }
    }

    private List<Integer> pieces(String word) {
        if (word.codePointCount(0, word.length()) > LONGEST_WORD) {
            return List.of(unknown);
        }
        List<Integer> pieces = new ArrayList<>();
        for (int from = 0; from < word.length(); ) {
            int to = word.length();
            Integer id = null;
            while (to > from && id == null) {
                String piece = word.substring(from, to);
                id = vocabulary.get(from == 0 ? piece : CONTINUES + piece);
                if (id == null) {
                    to = word.offsetByCodePoints(to, -1);
                }
            }
            if (id == null) {
                return List.of(unknown);
            }
            pieces.add(id);
            from = to;
        }
        return pieces;
    }

    /** Without controls, with plain spaces, decomposed, without accents, lower case. */
    private static String normalized(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (point != 0xfffd && !isControl(point)) {
                clean.appendCodePoint(isSpace(point) ? ' ' : point);
            }
        });
        StringBuilder plain = new StringBuilder(clean.length());
        Normalizer.normalize(clean, Normalizer.Form.NFD).codePoints().forEach(point -> {
            if (Character.getType(point) != Character.NON_SPACING_MARK) {
                lower(point, plain);
            }
        });
        return plain.toString();
    }

    /** Point by point: what Java does to a final sigma, and in a Turkish locale, the model has never seen. */
    private static void lower(int point, StringBuilder into) {
        if (point == 0x130) {
            into.append("i̇");
        } else {
            into.appendCodePoint(Character.toLowerCase(point));
        }
    }

    /** Line breaks and tabs are spaces; what Java calls a space besides them is no control. */
    private static boolean isControl(int point) {
        if (point == '\t' || point == '\n' || point == '\r') {
            return false;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    private static boolean isSpace(int point) {
        return point == '\t' || point == '\n' || point == '\r' || Character.isSpaceChar(point);
    }

    private static boolean isPunctuation(int point) {
        if (point < 0x80) {
            return point > ' ' && point < 0x7f && !Character.isLetterOrDigit(point);
        }
        return switch (Character.getType(point)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    /** The blocks that BERT takes for words of one character each. */
    private static boolean isIdeograph(int point) {
        return (point >= 0x4e00 && point <= 0x9fff)
                || (point >= 0x3400 && point <= 0x4dbf)
                || (point >= 0x20000 && point <= 0x2a6df)
                || (point >= 0x2a700 && point <= 0x2b73f)
                || (point >= 0x2b740 && point <= 0x2b81f)
                || (point >= 0x2b920 && point <= 0x2ceaf)
                || (point >= 0xf900 && point <= 0xfaff)
                || (point >= 0x2f800 && point <= 0x2fa1f);
    }
}
