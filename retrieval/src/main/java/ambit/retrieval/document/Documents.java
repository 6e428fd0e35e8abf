package ambit.retrieval.document;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Takes documents apart. What it reads is hostile: sizes are bounded, nothing is fetched, no entity resolved, no script run; what a
 * parser still may do with a processor or a heap is bounded by the boundary that this runs in.
 */
public final class Documents {
    /** Bytes of one document. */
    public static final int MAX_BYTES = 64 << 20;

    private Documents() {}

    /** The pieces of a document, in its order; at most 20,000. */
    public static List<Piece> pieces(Format format, byte[] document) throws UnreadableDocument {
        if (document.length > MAX_BYTES) {
            throw new UnreadableDocument("it has more than 64 MiB");
        }
        return switch (format) {
            case TEXT -> PlainText.text(text(document));
            case MARKDOWN -> PlainText.markdown(text(document));
            case CODE -> PlainText.code(text(document));
            case JSONL -> PlainText.jsonLines(text(document));
            case HTML -> HtmlText.pieces(text(document));
            case PDF -> PdfText.pieces(document);
            case DOCX -> DocxText.pieces(document);
        };
    }

    /** UTF-8, or Latin-1 where it is not; a document with NUL bytes is no text. */
    private static String text(byte[] document) throws UnreadableDocument {
        for (byte one : document) {
            if (one == 0) {
                throw new UnreadableDocument("it is no text: it holds NUL bytes");
            }
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(document))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            return new String(document, StandardCharsets.ISO_8859_1);
        }
    }
}
