package ambit.retrieval.document;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The paragraphs of a DOCX under its headings. Only the one part that holds the text is unpacked, as it is read, up to a limit; its
 * XML may have no document type and so no entities.
 */
final class DocxText {
    private static final String PART = "word/document.xml";
    private static final String NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private static final long MAX_XML = 128L << 20;
    private static final int MAX_ENTRIES = 4096;
    private static final Pattern HEADING = Pattern.compile("(?i)(?:heading|überschrift|titre|t[ií]tulo)?\\s?([1-9])");

    private final Pieces pieces = new Pieces("paragraph");
    private final Headings headings = new Headings();
    private final StringBuilder paragraph = new StringBuilder();
    private long number;
    private int level;

    private DocxText() {}

    static List<Piece> pieces(byte[] bytes) throws UnreadableDocument {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            int entries = 0;
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals(PART)) {
                    return new DocxText().read(new Bounded(zip));
                }
                if (++entries > MAX_ENTRIES) {
                    throw new UnreadableDocument("its archive has more than " + MAX_ENTRIES + " entries");
                }
            }
            throw new UnreadableDocument("it is no DOCX: there is no " + PART + " in it");
        } catch (IOException | XMLStreamException e) {
            throw new UnreadableDocument("it is no DOCX that can be read (" + e.getMessage() + ")", e);
        }
    }

    private List<Piece> read(InputStream in) throws XMLStreamException, UnreadableDocument {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setXMLResolver((_, _, _, _) -> {
            throw new XMLStreamException("it refers to something outside");
        });
        XMLStreamReader xml = factory.createXMLStreamReader(in);
        boolean text = false;
        while (xml.hasNext()) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    text = isWord(xml, "t");
                    start(xml);
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (text) {
                        paragraph.append(xml.getText());
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    text = false;
                    if (isWord(xml, "p")) {
                        end();
                    }
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    throw new UnreadableDocument("it has a document type or entities, which no DOCX has");
                default -> {}
            }
        }
        return pieces.finish();
    }

    private static boolean isWord(XMLStreamReader xml, String name) {
        return NAMESPACE.equals(xml.getNamespaceURI()) && xml.getLocalName().equals(name);
    }

    private void start(XMLStreamReader xml) {
        if (isWord(xml, "tab")) {
            paragraph.append('\t');
        } else if (isWord(xml, "br") || isWord(xml, "cr")) {
            paragraph.append('\n');
        } else if (isWord(xml, "pStyle")) {
            String style = xml.getAttributeValue(NAMESPACE, "val");
            Matcher heading = HEADING.matcher(style == null ? "" : style);
            if (heading.matches()) {
                level = Integer.parseInt(heading.group(1));
            } else if ("Title".equals(style)) {
                level = 1;
            }
        }
    }

    private void end() throws UnreadableDocument {
        number++;
        String text = paragraph.toString().strip();
        paragraph.setLength(0);
        if (level > 0 && !text.isEmpty()) {
            headings.set(level, text);
        } else {
            pieces.add(headings.path(), number, number, text);
        }
        level = 0;
    }

    /** Ends, with an error, what unpacks to more than is allowed. */
    private static final class Bounded extends FilterInputStream {
        private long left = MAX_XML;

        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int got = super.read(into, offset, length);
            count(Math.max(0, got));
            return got;
        }

        private void count(int bytes) throws IOException {
            left -= bytes;
            if (left < 0) {
                throw new IOException("it unpacks to more than 128 MiB");
            }
        }
    }
}
