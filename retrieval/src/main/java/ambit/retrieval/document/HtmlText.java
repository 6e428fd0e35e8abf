package ambit.retrieval.document;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;
import org.jsoup.select.NodeTraversor;

/** The blocks of a page under its headings, without what a browser does not show. Nothing is fetched and no script runs. */
final class HtmlText implements NodeFilter {
    private static final Set<String> UNSEEN = Set.of(
            "script", "style", "template", "noscript", "head", "svg", "iframe", "object", "nav", "select", "textarea");
    private static final Set<String> BLOCKS = Set.of(
            "p",
            "div",
            "section",
            "article",
            "main",
            "li",
            "ul",
            "ol",
            "dl",
            "dt",
            "dd",
            "pre",
            "blockquote",
            "table",
            "tr",
            "figure",
            "figcaption",
            "header",
            "footer",
            "aside",
            "body",
            "form",
            "br",
            "hr",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6");

    private final Pieces pieces = new Pieces("block");
    private final Headings headings = new Headings();
    private final StringBuilder block = new StringBuilder();
    private long number;
    private UnreadableDocument failure = new UnreadableDocument("");
    private boolean failed;

    private HtmlText() {}

    static List<Piece> pieces(String html) throws UnreadableDocument {
        Document page = Jsoup.parse(html);
        HtmlText walk = new HtmlText();
        if (!page.title().isBlank()) {
            walk.headings.set(1, page.title());
        }
        NodeTraversor.filter(walk, page.body());
        walk.flush();
        if (walk.failed) {
            throw walk.failure;
        }
        return walk.pieces.finish();
    }

    @Override
    public FilterResult head(Node node, int depth) {
        if (failed) {
            return FilterResult.STOP;
        }
        if (node instanceof TextNode text) {
            block.append(isPreformatted(text) ? text.getWholeText() : text.text());
        } else if (node instanceof Element element) {
            if (UNSEEN.contains(element.normalName()) || isHidden(element)) {
                return FilterResult.SKIP_ENTIRELY;
            }
            boundary(element);
        }
        return FilterResult.CONTINUE;
    }

    @Override
    public FilterResult tail(Node node, int depth) {
        if (node instanceof Element element) {
            if (isHeading(element)) {
                headings.set(
                        element.normalName().charAt(1) - '0' + 1,
                        block.toString().strip());
                block.setLength(0);
            } else if (element.normalName().equals("td") || element.normalName().equals("th")) {
                block.append(" | ");
            } else {
                boundary(element);
            }
        }
        return failed ? FilterResult.STOP : FilterResult.CONTINUE;
    }

    private void boundary(Element element) {
        if (element.normalName().equals("br")) {
            block.append('\n');
        } else if (BLOCKS.contains(element.normalName())) {
            flush();
        }
    }

    private void flush() {
        String text = block.toString().strip();
        block.setLength(0);
        if (text.isEmpty() || failed) {
            return;
        }
        number++;
        try {
            pieces.add(headings.path(), number, number, text);
        } catch (UnreadableDocument e) {
            failure = e;
            failed = true;
        }
    }

    private static boolean isHeading(Element element) {
        return element.normalName().matches("h[1-6]");
    }

    private static boolean isPreformatted(TextNode text) {
        Node parent = text.parent();
        return parent instanceof Element element
                && (element.normalName().equals("pre") || element.closest("pre") != null);
    }

    private static boolean isHidden(Element element) {
        String style = element.attr("style").toLowerCase(Locale.ROOT).replace(" ", "");
        return element.hasAttr("hidden")
                || element.attr("aria-hidden").equals("true")
                || style.contains("display:none")
                || style.contains("visibility:hidden")
                || style.contains("font-size:0");
    }
}
