package ambit.retrieval.document;

import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.IOUtils;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.text.PDFTextStripper;

/** The text of a PDF, page by page. */
final class PdfText {
    private static final int MAX_PAGES = 5000;

    /** Characters of all pages. */
    private static final long MAX_TEXT = 64L << 20;

    private PdfText() {}

    static List<Piece> pieces(byte[] bytes) throws UnreadableDocument {
        try (PDDocument document = Loader.loadPDF(bytes, "", null, null, IOUtils.createMemoryOnlyStreamCache())) {
            if (document.getNumberOfPages() > MAX_PAGES) {
                throw new UnreadableDocument("it has more than " + MAX_PAGES + " pages; split it");
            }
            Pieces pieces = new Pieces("page");
            String name = document.getDocumentInformation().getTitle();
            List<String> title = name == null || name.isBlank() ? List.of() : List.of(name);
            PDFTextStripper stripper = new PDFTextStripper();
            long size = 0;
            for (int page = 1; page <= document.getNumberOfPages(); page++) {
                stripper.setStartPage(page);
                stripper.setEndPage(page);
                String text = stripper.getText(document);
                size += text.length();
                if (size > MAX_TEXT) {
                    throw new UnreadableDocument("its text has more than 64 million characters");
                }
                pieces.add(title, page, page, text.strip());
            }
            return pieces.finish();
        } catch (InvalidPasswordException e) {
            throw new UnreadableDocument("it is encrypted with a password", e);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new UnreadableDocument("it is no PDF that can be read (" + e.getMessage() + ")", e);
        }
    }
}
