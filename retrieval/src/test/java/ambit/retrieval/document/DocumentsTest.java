package ambit.retrieval.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ambit.audit.scope.Chunk;
import ambit.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.junit.jupiter.api.Test;

class DocumentsTest {
    private static List<Piece> read(Format format, String document) throws UnreadableDocument {
        return Documents.pieces(format, document.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void markdownIsCutAtItsHeadings() throws Exception {
        List<Piece> pieces = read(Format.MARKDOWN, """
                Before any heading.

                # Birds

                All of them.

                ## Herons

                Stand in reeds.
                ```
                # not a heading
                ```

                Rivers
                ======

                Flow.
                """);
        assertThat(pieces)
                .extracting(Piece::title, Piece::text, it -> it.position().from())
                .containsExactly(
                        tuple(List.of(), "Before any heading.", 1L),
                        tuple(List.of("Birds"), "All of them.", 5L),
                        tuple(List.of("Birds", "Herons"), "Stand in reeds.\n```\n# not a heading\n```", 9L),
                        tuple(List.of("Rivers"), "Flow.", 17L));
    }

    @Test
    void piecesAreBoundedAndNothingIsLost() throws Exception {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            text.append("word")
                    .append(i)
                    .append(random.nextInt(40) == 0 ? "\n\n" : random.nextInt(9) == 0 ? ". " : " ");
        }
        text.append("x".repeat(5000)).append("\ud83d\ude00".repeat(2000));
        List<Piece> pieces = read(Format.TEXT, text.toString());
        assertThat(pieces).allSatisfy(piece -> assertThat(piece.text().length()).isBetween(1, 1600));
        assertThat(pieces.stream().filter(piece -> piece.text().length() > 600).count())
                .isGreaterThan(20);
        String all = String.join("", pieces.stream().map(Piece::text).toList()).replaceAll("\\s", "");
        assertThat(all).isEqualTo(text.toString().replaceAll("\\s", ""));
        pieces.forEach(piece -> piece.chunk("a.txt", Map.of()).hash());
    }

    @Test
    void codeIsCutAtItsDefinitions() throws Exception {
        List<Piece> pieces = read(
                Format.CODE,
                "import os\n\ndef first(a):\n    return a\n\ndef second(b):\n\n    return b\n\n\nclass Third:\n    def method(self):\n        pass\n");
        assertThat(pieces)
                .extracting(Piece::title, Piece::text)
                .containsExactly(
                        tuple(List.of(), "import os"),
                        tuple(List.of("def first(a):"), "def first(a):\n    return a"),
                        tuple(List.of("def second(b):"), "def second(b):\n\n    return b"),
                        tuple(List.of("class Third:"), "class Third:\n    def method(self):\n        pass"));
    }

    @Test
    void eachJsonLineIsARecordWithItsMetadata() throws Exception {
        List<Piece> pieces = read(
                Format.JSONL,
                "{\"title\":\"One\",\"text\":\"the heron\",\"year\":2020,\"open\":true}\n\n{\"question\":\"why?\",\"deep\":{\"a\":[1,2]}}\n");
        assertThat(pieces.getFirst().title()).containsExactly("One");
        assertThat(pieces.getFirst().text()).isEqualTo("the heron");
        assertThat(pieces.getFirst().metadata())
                .containsOnly(Map.entry("year", new Json.Int(2020)), Map.entry("open", new Json.Bool(true)));
        assertThat(pieces.getLast().text()).contains("deep: a: 1, 2");
        assertThat(pieces.getLast().position()).isEqualTo(new Chunk.Position("record", 2, 2));
        assertThatThrownBy(() -> read(Format.JSONL, "{\"a\":1,\"a\":2}")).isInstanceOf(UnreadableDocument.class);
    }

    @Test
    void aPageIsReadAsABrowserShowsIt() throws Exception {
        List<Piece> pieces = read(Format.HTML, """
                <html><head><title>The bank</title><style>p{}</style><script>alert('no')</script></head><body>
                <nav>menu</nav><h1>Herons</h1><p>Stand in <b>reeds</b>.</p><p hidden>secret one</p>
                <div style="display: none">secret two</div><!-- secret three -->
                <h2>Food</h2><ul><li>fish</li><li>frogs</li></ul><table><tr><td>a</td><td>b</td></tr></table>
                <pre>x
                  y</pre><img src="http://127.0.0.1:1/x.png" onerror="alert(1)"></body></html>""");
        String all = String.join("\n", pieces.stream().map(Piece::text).toList());
        assertThat(all)
                .contains("Stand in reeds.")
                .contains("fish")
                .contains("a | b")
                .contains("x\n  y");
        assertThat(all).doesNotContain("secret").doesNotContain("alert").doesNotContain("menu");
        assertThat(pieces.getFirst().title()).containsExactly("The bank", "Herons");
        assertThat(pieces.getLast().title()).containsExactly("The bank", "Herons", "Food");
    }

    @Test
    void aPdfIsReadPageByPage() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PDDocument document = new PDDocument()) {
            for (String text : List.of("The heron on page one.", "The reeds on page two.")) {
                PDPage page = new PDPage();
                document.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                    content.beginText();
                    content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
                    content.newLineAtOffset(50, 700);
                    content.showText(text);
                    content.endText();
                }
            }
            document.save(out);
        }
        List<Piece> pieces = Documents.pieces(Format.PDF, out.toByteArray());
        assertThat(String.join("\n", pieces.stream().map(Piece::text).toList()))
                .contains("page one")
                .contains("page two");
        assertThat(pieces.getFirst().position().unit()).isEqualTo("page");
        assertThat(pieces.getLast().position().to()).isEqualTo(2);
    }

    private static byte[] docx(String xml) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("[Content_Types].xml"));
            zip.write("<Types/>".getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("word/document.xml"));
            zip.write(xml.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private static final String W = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

    @Test
    void aDocxIsReadParagraphByParagraphUnderItsHeadings() throws Exception {
        List<Piece> pieces = Documents.pieces(
                Format.DOCX,
                docx(
                        "<w:document " + W
                                + "><w:body><w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Herons</w:t></w:r></w:p>"
                                + "<w:p><w:r><w:t>Stand in </w:t></w:r><w:r><w:t>reeds.</w:t></w:r></w:p></w:body></w:document>"));
        assertThat(pieces)
                .extracting(Piece::title, Piece::text)
                .containsExactly(tuple(List.of("Herons"), "Stand in reeds."));
    }

    @Test
    void aDocxRefersToNothingAndUnpacksToNoMoreThanItMay() throws Exception {
        String outside = "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><w:document " + W
                + "><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:document>";
        String laughs = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><w:document " + W
                + "><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:document>";
        for (String xml : List.of(outside, laughs)) {
            assertThatThrownBy(() -> Documents.pieces(Format.DOCX, docx(xml))).isInstanceOf(UnreadableDocument.class);
        }
        byte[] bomb = docx(
                "<w:document " + W + "><w:p><w:r><w:t>" + " ".repeat(130 << 20) + "</w:t></w:r></w:p></w:document>");
        assertThat(bomb.length).isLessThan(1 << 20);
        assertThatThrownBy(() -> Documents.pieces(Format.DOCX, bomb))
                .isInstanceOf(UnreadableDocument.class)
                .hasMessageContaining("128 MiB");
    }

    @Test
    void whatIsNoDocumentIsRefusedWithASentence() throws Exception {
        Random random = new Random(3);
        for (Format format : Format.values()) {
            for (int i = 0; i < 200; i++) {
                byte[] noise = new byte[random.nextInt(2000)];
                random.nextBytes(noise);
                if (i % 2 == 0 && format == Format.PDF) {
                    byte[] head = "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj trailer<</Root 1 0 R>>"
                            .getBytes(StandardCharsets.US_ASCII);
                    System.arraycopy(head, 0, noise, 0, Math.min(noise.length, head.length));
                }
                try {
                    Documents.pieces(format, noise)
                            .forEach(piece -> piece.chunk("x", Map.of()).toBlob());
                } catch (UnreadableDocument e) {
                    assertThat(e.getMessage()).isNotBlank();
                }
            }
        }
    }

    @Test
    void aFilesNameTellsItsFormat() {
        assertThat(Arrays.stream(new String[] {
                            "a.md", "B.PDF", "x/y.docx", "Makefile", "data.jsonl", "page.htm", "a.java"
                        })
                        .map(name -> Format.ofFile(name).orElseThrow()))
                .containsExactly(
                        Format.MARKDOWN, Format.PDF, Format.DOCX, Format.CODE, Format.JSONL, Format.HTML, Format.CODE);
        assertThat(Format.ofFile("a.exe")).isEmpty();
        assertThat(Format.ofFile("x/unknown")).isEmpty();
    }
}
