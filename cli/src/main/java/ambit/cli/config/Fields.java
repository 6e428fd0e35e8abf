package ambit.cli.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The fields of one mapping, read strictly: a value of the wrong kind is a problem with its place, and reads as absent. */
final class Fields {

    private static final Pattern ANY_TEXT = Pattern.compile("(?s).*");

    private final Problems problems;
    private final Position at;
    private final String what;
    private final Map<String, Node.Entry> entries;

    private Fields(Problems problems, Position at, String what, Map<String, Node.Entry> entries) {
        this.problems = problems;
        this.at = at;
        this.what = what;
        this.entries = entries;
    }

    /** The fields of {@code node}, of which only {@code known} may be there. */
    static Fields closed(Problems problems, String what, Node node, List<String> known) {
        Fields fields = open(problems, what, node);
        for (Node.Entry entry : List.copyOf(fields.entries.values())) {
            if (!known.contains(entry.key())) {
                problems.error(entry.at(), what + " has no '" + entry.key() + "'", Names.hint(entry.key(), known));
                fields.entries.remove(entry.key());
            }
        }
        return fields;
    }

    /** The fields of {@code node}, whose keys are its author's. */
    static Fields open(Problems problems, String what, Node node) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>();
        if (node instanceof Node.Mapping mapping) {
            mapping.entries().forEach(entry -> entries.put(entry.key(), entry));
        } else {
            problems.error(node.at(), what + " should be a mapping, not " + node.kind(), "write it as 'key: value'");
        }
        return new Fields(problems, node.at(), what, entries);
    }

    Position at() {
        return at;
    }

    /** All entries in the order in which they stand. */
    List<Node.Entry> all() {
        return List.copyOf(entries.values());
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    Optional<Node> optional(String key) {
        return Optional.ofNullable(entries.get(key)).map(Node.Entry::value);
    }

    Optional<Node> required(String key, String example) {
        if (!entries.containsKey(key)) {
            problems.error(at, what + " needs '" + key + "'", "for example '" + key + ": " + example + "'");
        }
        return optional(key);
    }

    /** Refuses {@code key} where another field makes it meaningless. */
    void refuse(String key, String why, String hint) {
        Node.Entry entry = entries.get(key);
        if (entry != null) {
            problems.error(entry.at(), why, hint);
        }
    }

    /** The text of {@code node} if it has the form. Numbers and booleans must be quoted to be texts. */
    Optional<String> text(Node node, Pattern form, String expected) {
        if (node instanceof Node.Text text && form.matcher(text.value()).matches()) {
            return Optional.of(text.value());
        }
        String found = node instanceof Node.Text text ? "'" + shortened(text.value()) + "'" : node.kind();
        problems.error(node.at(), "expected " + expected + ", not " + found, quotingHint(node));
        return Optional.empty();
    }

    /** Any text, also a number or boolean as it was written (a command's arguments, an environment's values). */
    Optional<String> words(Node node, String expected) {
        return switch (node) {
            case Node.Text text -> noNul(text, expected);
            case Node.Whole whole -> Optional.of(Long.toString(whole.value()));
            case Node.Decimal decimal -> Optional.of(decimal.value());
            case Node.Flag flag -> Optional.of(Boolean.toString(flag.value()));
            case Node.Nothing _, Node.Sequence _, Node.Mapping _ -> {
                problems.error(node.at(), "expected " + expected + ", not " + node.kind(), "");
                yield Optional.empty();
            }
        };
    }

    private Optional<String> noNul(Node.Text text, String expected) {
        if (text.value().indexOf('\0') >= 0) {
            problems.error(text.at(), expected + " cannot hold a NUL character", "");
            return Optional.empty();
        }
        return Optional.of(text.value());
    }

    <T> Optional<T> quantity(Node node, Function<String, Optional<T>> parse, String expected) {
        Optional<T> value = node instanceof Node.Text text ? parse.apply(text.value()) : Optional.empty();
        if (value.isEmpty()) {
            String found = switch (node) {
                case Node.Text text -> "'" + shortened(text.value()) + "'";
                case Node.Whole whole -> whole.value() + " without a unit";
                default -> node.kind();
            };
            problems.error(node.at(), "expected " + expected + ", not " + found, "");
        }
        return value;
    }

    OptionalLong count(Node node, long least, long most) {
        if (node instanceof Node.Whole whole && whole.value() >= least && whole.value() <= most) {
            return OptionalLong.of(whole.value());
        }
        problems.error(node.at(), "expected a number from " + least + " to " + most, "");
        return OptionalLong.empty();
    }

    Optional<Boolean> flag(Node node) {
        if (node instanceof Node.Flag flag) {
            return Optional.of(flag.value());
        }
        problems.error(node.at(), "expected true or false, not " + node.kind(), "");
        return Optional.empty();
    }

    /** An http or https address without a password. */
    Optional<URI> address(Node node, String example) {
        Optional<String> text = text(node, ANY_TEXT, "an address");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text.get());
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getFragment() == null) {
                return Optional.of(uri);
            }
            if (uri.getUserInfo() != null) {
                problems.error(node.at(), "an address must not hold a password", "use 'credential: env:NAME'");
                return Optional.empty();
            }
        } catch (URISyntaxException _) {
            // said below
        }
        problems.error(
                node.at(), "'" + shortened(text.get()) + "' is not an http or https address", "such as " + example);
        return Optional.empty();
    }

    /** The items of a list; anything else is a problem and reads as no items. */
    List<Node> items(Node node, String expected) {
        if (node instanceof Node.Sequence sequence) {
            return sequence.items();
        }
        problems.error(node.at(), "expected " + expected + ", not " + node.kind(), "write it in brackets: [a, b]");
        return List.of();
    }

    /** A list of texts of one form, none twice. */
    Set<String> names(Node node, Pattern form, String expected) {
        Set<String> names = new LinkedHashSet<>();
        for (Node item : items(node, "a list of " + expected + "s")) {
            text(item, form, "a " + expected).ifPresent(name -> {
                if (!names.add(name)) {
                    problems.error(item.at(), "'" + name + "' stands here a second time", "keep one of the two");
                }
            });
        }
        return names;
    }

    /** A command: at least the program, which is an absolute path or a plain name that the guest's PATH finds. */
    List<String> command(Node node) {
        List<String> words = new ArrayList<>();
        List<Node> items = items(node, "a command as a list of words");
        if (node instanceof Node.Sequence && items.isEmpty()) {
            problems.error(node.at(), "a command needs at least the program", "for example [python3, /agent/agent.py]");
        }
        items.forEach(item -> words(item, "a word of a command").ifPresent(words::add));
        if (!words.isEmpty() && words.getFirst().isEmpty()) {
            problems.error(node.at(), "the program's name is empty", "for example [python3, /agent/agent.py]");
        }
        return List.copyOf(words);
    }

    Map<String, String> environment(Node node, String what) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (Node.Entry entry : open(problems, what, node).all()) {
            if (!Names.ENVIRONMENT.matcher(entry.key()).matches()) {
                problems.error(
                        entry.at(),
                        "'" + entry.key() + "' cannot be the name of an environment variable",
                        "letters, digits and _, not beginning with a digit");
            }
            words(entry.value(), "an environment variable's value")
                    .ifPresent(value -> environment.put(entry.key(), value));
        }
        return environment;
    }

    /** {@code guest path: host path} pairs. */
    List<Mount> mounts(Node node, String what) {
        List<Mount> mounts = new ArrayList<>();
        for (Node.Entry entry : open(problems, what, node).all()) {
            boolean good = guestPath(entry.at(), entry.key());
            Optional<String> host = text(entry.value(), HOST_PATH, "a path on this machine");
            if (good && host.isPresent()) {
                mounts.add(new Mount(entry.at(), entry.key(), host.get()));
            }
        }
        return List.copyOf(mounts);
    }

    /** Refuses a path that is, or lies inside, another one of the same view: a link planted there could redirect it. */
    List<Mount> refuseNested(List<Mount> sees, List<Mount> writes) {
        List<Mount> all = new ArrayList<>(sees);
        for (Mount inner : writes) {
            if (sees.stream().anyMatch(outer -> outer.guest().equals(inner.guest()))) {
                problems.error(inner.at(), "'" + inner.guest() + "' stands in 'sees' too", "keep one of the two");
            }
            all.add(inner);
        }
        for (Mount inner : all) {
            for (Mount outer : all) {
                if (inner.guest().startsWith(outer.guest() + "/")) {
                    problems.error(
                            inner.at(),
                            "'" + inner.guest() + "' lies inside '" + outer.guest() + "'",
                            "give it a path beside it");
                }
            }
        }
        return sees;
    }

    private static final Pattern HOST_PATH = Pattern.compile("[^\\x00-\\x1f\\x7f]{1,1024}");

    /** Paths that the boundary itself fills. */
    private static final List<String> RESERVED = List.of(
            "/proc", "/sys", "/dev", "/run", "/tmp", "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/home");

    private boolean guestPath(Position where, String path) {
        boolean steps = path.contains("/./") || path.contains("/../") || path.endsWith("/.") || path.endsWith("/..");
        if (steps || !Names.GUEST_PATH.matcher(path).matches()) {
            problems.error(
                    where,
                    "'" + shortened(path) + "' is not an absolute path for the inside",
                    "such as /agent or /opt/python: no '..', no trailing '/', no spaces");
            return false;
        }
        for (String reserved : RESERVED) {
            if (path.equals(reserved) || path.startsWith(reserved + "/")) {
                problems.error(
                        where,
                        "'" + path + "' is inside " + reserved + ", which the boundary fills itself",
                        "choose a path of your own, such as /agent or /data");
                return false;
            }
        }
        return true;
    }

    static String shortened(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= 60 ? line : line.substring(0, 57) + "...";
    }

    private static String quotingHint(Node node) {
        return switch (node) {
            case Node.Whole whole -> "put it in quotes: \"" + whole.value() + "\"";
            case Node.Flag flag -> "put it in quotes: \"" + flag.value() + "\"";
            default -> "";
        };
    }
}
