package ambit.cli.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads a YAML text into {@link Node}s that know their places. One document of plain data: anchors, aliases and tags are
 * refused (nothing here needs them, and an alias can make a small text large), and so is a key that stands twice.
 */
final class YamlText {

    /** The largest text that is read, in UTF-16 units. */
    static final int MAX_LENGTH = 1 << 20;

    private static final int MAX_DEPTH = 24;

    private static final YAMLFactory YAML = YAMLFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_LENGTH)
                    .maxDocumentLength(MAX_LENGTH)
                    .build())
            .build();

    private final Problems problems;

    private YamlText(Problems problems) {
        this.problems = problems;
    }

    /** The document's root, or nothing after a problem that leaves no tree to look at. */
    static Optional<Node> read(String text, Problems problems) {
        if (text.length() > MAX_LENGTH) {
            problems.error(new Position(1, 1), "the file is larger than 1 MiB", "");
            return Optional.empty();
        }
        try (YAMLParser parser = (YAMLParser) YAML.createParser(ObjectReadContext.empty(), text)) {
            return new YamlText(problems).document(parser);
        } catch (JacksonException e) {
            broken(e, problems);
            return Optional.empty();
        } catch (StackOverflowError e) {
            problems.error(new Position(1, 1), "the file nests deeper than " + MAX_DEPTH + " levels", "");
            return Optional.empty();
        }
    }

    private Optional<Node> document(YAMLParser parser) {
        if (parser.nextToken() == null) {
            problems.error(new Position(1, 1), "the file is empty", "'ambit init' writes one to start from");
            return Optional.empty();
        }
        Node root = node(parser);
        if (parser.nextToken() != null) {
            problems.error(here(parser), "a second document begins here", "keep one document: remove the '---' line");
        }
        return Optional.of(root);
    }

    private Node node(YAMLParser parser) {
        Position at = here(parser);
        plain(parser, at);
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> mapping(parser, at);
            case START_ARRAY -> sequence(parser, at);
            case VALUE_NUMBER_INT -> whole(parser, at);
            case VALUE_NUMBER_FLOAT -> new Node.Decimal(at, parser.getString());
            case VALUE_TRUE -> new Node.Flag(at, true);
            case VALUE_FALSE -> new Node.Flag(at, false);
            case VALUE_NULL -> new Node.Nothing(at);
            case VALUE_STRING -> new Node.Text(at, parser.getString());
            default -> {
                problems.error(at, "this kind of value is not used here", "");
                yield new Node.Nothing(at);
            }
        };
    }

    private void plain(YAMLParser parser, Position at) {
        if (parser.isCurrentAlias()) {
            problems.error(at, "aliases are not used here", "write the value out");
        } else if (parser.getObjectId() != null) {
            problems.error(at, "anchors are not used here", "write the value out where it is needed");
        } else if (parser.getTypeId() != null) {
            problems.error(at, "tags are not used here", "write the plain value");
        }
    }

    private Node whole(YAMLParser parser, Position at) {
        try {
            return new Node.Whole(at, parser.getLongValue());
        } catch (JacksonException e) {
            problems.error(at, "the number is too large", "numbers go up to 9223372036854775807");
            return new Node.Whole(at, 0);
        }
    }

    private Node sequence(YAMLParser parser, Position at) {
        List<Node> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(parser));
        }
        return new Node.Sequence(at, List.copyOf(items));
    }

    private Node mapping(YAMLParser parser, Position at) {
        List<Node.Entry> entries = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            Position keyAt = here(parser);
            plain(parser, keyAt);
            String key = parser.currentName();
            parser.nextToken();
            Node value = node(parser);
            if (seen.add(key)) {
                entries.add(new Node.Entry(keyAt, key, value));
            } else {
                problems.error(keyAt, "'" + key + "' stands here a second time", "keep one of the two");
            }
        }
        return new Node.Mapping(at, List.copyOf(entries));
    }

    private static Position here(YAMLParser parser) {
        return position(parser.currentTokenLocation());
    }

    private static Position position(@Nullable TokenStreamLocation location) {
        if (location == null) {
            return new Position(1, 1);
        }
        return new Position(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
    }

    private static final Pattern MARK = Pattern.compile("^ in .*, line ([0-9]{1,9}), column ([0-9]{1,9}):?$");

    /**
     * The engine's message reads "while doing this / in reader, line, column / excerpt / what is wrong / in reader, line,
     * column / excerpt". Its last sentence with its mark says what its author needs.
     */
    private static void broken(JacksonException e, Problems problems) {
        if (e instanceof StreamConstraintsException) {
            problems.error(position(e.getLocation()), "the file nests too deep or is too large", "");
            return;
        }
        Position at = position(e.getLocation());
        String what = "unreadable";
        for (String line : String.valueOf(e.getOriginalMessage()).lines().toList()) {
            Matcher mark = MARK.matcher(line);
            if (mark.matches()) {
                at = new Position(Integer.parseInt(mark.group(1)), Integer.parseInt(mark.group(2)));
            } else if (!line.startsWith(" ") && !line.isBlank()) {
                what = line.strip();
            }
        }
        String hint = what.contains("TAB") || what.contains("\\t")
                ? "indent with spaces, not with tabs"
                : "look at the indentation, quotes and brackets just before this place";
        problems.error(at, "this is not YAML: " + Character.toLowerCase(what.charAt(0)) + what.substring(1), hint);
    }
}
