package ambit.retrieval.document;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a document is written in. */
public enum Format {
    TEXT("txt text log rst adoc tex csv tsv"),
    MARKDOWN("md markdown mdx"),
    HTML("html htm xhtml"),
    PDF("pdf"),
    DOCX("docx"),
    CODE(
            "java py js mjs ts tsx jsx c h cc cpp hpp cs go rs rb php sh bash sql kt scala swift lua pl r m v ml hs yaml yml toml json xml css gradle proto"),
    JSONL("jsonl ndjson");

    private static final Map<String, Format> NAMES_WITHOUT_ENDING =
            Map.of("readme", TEXT, "license", TEXT, "makefile", CODE, "dockerfile", CODE);

    /** Endings of files' names, with spaces between them. */
    private final String endings;

    Format(String endings) {
        this.endings = endings;
    }

    /** The format that a file of this name is in, if it is one of them. */
    public static Optional<Format> ofFile(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        int dot = lower.lastIndexOf('.');
        if (dot < 0) {
            return Optional.ofNullable(NAMES_WITHOUT_ENDING.get(lower.substring(lower.lastIndexOf('/') + 1)));
        }
        String ending = lower.substring(dot + 1);
        for (Format format : values()) {
            if (List.of(format.endings.split(" ", -1)).contains(ending)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** Whether its parser is small enough to run in the drivers: it reads text and nothing in it refers to anything. */
    public boolean isPlain() {
        return switch (this) {
            case TEXT, MARKDOWN, CODE, JSONL -> true;
            case HTML, PDF, DOCX -> false;
        };
    }
}
