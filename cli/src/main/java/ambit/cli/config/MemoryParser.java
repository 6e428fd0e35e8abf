package ambit.cli.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code remembers}, {@code recall}, and the section {@code memory} of the file. */
final class MemoryParser {
    private static final List<String> FIELDS = fields();
    private static final List<String> RECALL = List.of("key", "last", "as", "agent");
    private static final List<String> SECTION =
            List.of("may", "may-undo", "remembers", "may-use", BodiesParser.OWN, "store");
    private static final List<String> STORE = List.of("at", "user", "credential");

    private static final Pattern NAMESPACE = Pattern.compile("(own|(user|tenant)/[a-z][a-z0-9-]{0,63})");
    /** A key of a transaction's own memory: those that begin with these words mean others. */
    private static final Pattern KEY = Pattern.compile("(?!(user|tenant|inherited)/)[^\\x00-\\x1f\\x7f]{1,500}");

    /** What one word of {@code access} allows, as grants number it. */
    private static final Map<String, Integer> ACCESS =
            Map.of("read", 1, "write", 2, "read-write", 3, "search", 4, "append", 8, "review", 16);

    private static final String ACCESS_WORDS = "read, write, read-write, search, append or review";
    private static final int READ_WRITE = 3;
    private static final long NAMESPACE_QUOTA = 16L << 20;
    private static final int MOST_INHERITED = ambit.authority.Request.MAX_INHERITS;

    /** How long one attended transaction may take. */
    private static final Duration TIME = Duration.ofHours(1);

    private final Problems problems;
    private final Optional<Path> directory;

    /** @param directory where the paths of schemas begin; none are read without */
    MemoryParser(Problems problems, Optional<Path> directory) {
        this.problems = problems;
        this.directory = directory;
    }

    private static List<String> fields() {
        List<String> all = new ArrayList<>(List.of("access", "at-most"));
        all.addAll(TermsParser.FIELDS);
        return List.copyOf(all);
    }

    /** The memories below {@code remembers}. */
    List<Agent.Memory> memories(Node node) {
        List<Agent.Memory> memories = new ArrayList<>();
        for (Node.Entry entry : Fields.open(problems, "'remembers'", node).all()) {
            if (!NAMESPACE.matcher(entry.key()).matches()) {
                problems.error(
                        entry.at(),
                        "'" + Fields.shortened(entry.key()) + "' is not a memory",
                        "'own' is the run's own, 'user/notes' one of its user that stays, 'tenant/notes' one of all users");
            } else {
                memory(entry).ifPresent(memories::add);
            }
        }
        return List.copyOf(memories);
    }

    private Optional<Agent.Memory> memory(Node.Entry entry) {
        boolean own = entry.key().equals(Agent.OWN);
        if (entry.value() instanceof Node.Mapping) {
            return spelledOut(entry, own);
        }
        Fields fields = Fields.open(problems, "", new Node.Mapping(entry.at(), List.of()));
        return own
                ? fields.quantity(entry.value(), Quantity::bytes, Quantity.SIZE_EXAMPLE)
                        .map(quota -> new Agent.Memory(entry.at(), Agent.OWN, READ_WRITE, quota, TermsParser.NONE))
                : access(entry.value())
                        .map(rights ->
                                new Agent.Memory(entry.at(), entry.key(), rights, NAMESPACE_QUOTA, TermsParser.NONE));
    }

    private Optional<Agent.Memory> spelledOut(Node.Entry entry, boolean own) {
        String what = "the memory '" + entry.key() + "'";
        Fields fields = Fields.closed(problems, what, entry.value(), FIELDS);
        Optional<Node> access =
                own && !fields.has("access") ? Optional.empty() : fields.required("access", "read-write");
        Optional<Integer> rights = own && access.isEmpty() ? Optional.of(READ_WRITE) : access.flatMap(this::access);
        Optional<Node> most = own ? fields.required("at-most", "1 MiB") : fields.optional("at-most");
        long quota = most.flatMap(node -> fields.quantity(node, Quantity::bytes, Quantity.SIZE_EXAMPLE))
                .orElse(NAMESPACE_QUOTA);
        var terms = new TermsParser(problems, directory).terms(entry, fields);
        return rights.map(it -> new Agent.Memory(entry.at(), entry.key(), it, quota, terms));
    }

    /** A word, or a list of words. */
    private Optional<Integer> access(Node node) {
        List<Node> words = node instanceof Node.Sequence(Position _, List<Node> items) ? items : List.of(node);
        Set<String> seen = new LinkedHashSet<>();
        int rights = 0;
        for (Node word : words) {
            Integer right = word instanceof Node.Text(Position _, String text) ? ACCESS.get(text) : null;
            if (right == null) {
                String found = word instanceof Node.Text(Position _, String text)
                        ? "'" + Fields.shortened(text) + "'"
                        : word.kind();
                problems.error(word.at(), "expected " + ACCESS_WORDS + ", not " + found, "or several: [read, append]");
                return Optional.empty();
            }
            if (word instanceof Node.Text(Position at, String text) && !seen.add(text)) {
                problems.error(at, "'" + text + "' stands here a second time", "keep one of the two");
            }
            rights |= right;
        }
        if (rights == 0) {
            problems.error(node.at(), "a memory without any access", "leave it out, or write 'read'");
            return Optional.empty();
        }
        return Optional.of(rights);
    }

    /** What of earlier transactions is mapped into each run. */
    List<Agent.Recall> recalls(Node node) {
        List<Agent.Recall> recalls = new ArrayList<>();
        Fields list = Fields.open(problems, "", new Node.Mapping(node.at(), List.of()));
        long all = 0;
        for (Node item : list.items(node, "a list of what is recalled")) {
            Fields fields = Fields.closed(problems, "a recall", item, RECALL);
            Optional<String> key =
                    fields.required("key", "summary").flatMap(it -> fields.text(it, KEY, "the key of an own memory"));
            long last = fields.optional("last")
                    .map(it -> fields.count(it, 1, MOST_INHERITED))
                    .orElse(OptionalLong.of(1))
                    .orElse(1);
            Optional<String> as =
                    fields.optional("as").flatMap(it -> fields.text(it, Names.NAME, "a short name (a-z, 0-9, -)"));
            Optional<String> agent =
                    fields.optional("agent").flatMap(it -> fields.text(it, Names.NAME, "the name of an agent"));
            key.ifPresent(it -> recalls.add(new Agent.Recall(item.at(), it, (int) last, as.orElse(it), agent)));
            all += last;
        }
        if (all > MOST_INHERITED) {
            problems.error(node.at(), "more than " + MOST_INHERITED + " entries are recalled", "lower 'last'");
        }
        if (recalls.stream().map(Agent.Recall::as).distinct().count() != recalls.size()) {
            problems.error(node.at(), "two recalls have one name", "give them different names with 'as'");
        }
        return List.copyOf(recalls);
    }

    /** Where memory is kept, if the section says so: an address, or one with a user and the place of a password. */
    Optional<Store> store(Node section) {
        if (!(section instanceof Node.Mapping)) {
            return Optional.empty();
        }
        Fields open = Fields.open(problems, "'memory'", section);
        Optional<Node> node = open.optional("store");
        if (node.isEmpty() || !(node.get() instanceof Node.Mapping)) {
            return node.flatMap(it -> open.text(it, Store.FORM, Store.EXPECTED))
                    .map(at -> new Store(at, Optional.empty(), Optional.empty()));
        }
        Fields fields = Fields.closed(problems, "'store'", node.get(), STORE);
        Optional<String> user = fields.optional("user").flatMap(it -> fields.text(it, Store.USER, "a user's name"));
        Optional<Credential> credential = fields.optional("credential")
                .flatMap(it -> fields.text(it, Credential.FORM, "a credential's place, env:NAME or file:path"))
                .flatMap(Credential::parse);
        return fields.required("at", "postgresql://db.example:5432/ambit")
                .flatMap(it -> fields.text(it, Store.FORM, Store.EXPECTED))
                .map(at -> new Store(at, user, credential));
    }

    /**
     * Who may use the command's own agent, and that agent.
     *
     * @param mayUndo who may take back what any transaction of the tenant wrote
     */
    record Section(Agent agent, Set<String> may, Set<String> mayUndo) {}

    /** What the {@code ambit memory} commands may touch, as an agent that has no program: the command itself makes the calls. */
    Optional<Section> section(Node node, AgentParser agents) {
        Fields fields = Fields.closed(problems, "'memory'", node, SECTION);
        boolean onlyStore = fields.has("store")
                && List.of("may", "may-undo", "remembers", "may-use").stream().noneMatch(fields::has);
        if (!(node instanceof Node.Mapping) || onlyStore) {
            return Optional.empty();
        }
        Set<String> may = fields.required("may", "[alice]")
                .map(it -> fields.names(it, Names.NAME, "name of a principal"))
                .orElse(Set.of());
        Agent agent = new Agent(
                node.at(),
                Agent.MEMORY,
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                fields.optional("may-use").map(agents::uses).orElseGet(() -> Tool.BuiltIn.all(node.at())),
                fields.optional("remembers").map(this::memories).orElse(List.of()),
                List.of(),
                Limits.DEFAULT.within(TIME),
                List.of(),
                ambit.boundary.Demand.ANY,
                new BodiesParser(problems).own(fields, java.util.EnumSet.allOf(Bodies.Kept.class)));
        Set<String> mayUndo = fields.optional("may-undo")
                .map(it -> fields.names(it, Names.NAME, "name of a principal"))
                .orElse(Set.of());
        return Optional.of(new Section(agent, may, mayUndo));
    }
}
