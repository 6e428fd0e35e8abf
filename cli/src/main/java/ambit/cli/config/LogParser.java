package ambit.cli.config;

import ambit.log.JournalException;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code log}. */
final class LogParser {
    private static final List<String> LOG = List.of("ship", "witnesses");
    private static final List<String> SHIP = List.of("to", "credential");
    private static final List<String> WITNESSES = List.of("ask", "quorum", "every");
    private static final List<String> WITNESS = List.of("at", "keys");

    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    /** With an Ed25519 and an ML-DSA signature of each, a checkpoint has room for these and some more. */
    private static final int MOST = 12;

    private static final Pattern ANY_TEXT = Pattern.compile("(?s).*");

    /** What stands below {@code log}. */
    record Log(List<Shipping> shipping, Optional<Witnesses> witnesses) {
        static final Log NOTHING = new Log(List.of(), Optional.empty());
    }

    private final Problems problems;

    LogParser(Problems problems) {
        this.problems = problems;
    }

    Log log(Node node) {
        Fields fields = Fields.closed(problems, "'log'", node, LOG);
        return new Log(shipping(fields), fields.optional("witnesses").flatMap(this::witnesses));
    }

    private List<Shipping> shipping(Fields fields) {
        List<Shipping> all = new ArrayList<>();
        for (Node item : fields.optional("ship")
                .map(node -> fields.items(node, "a list of places to ship to"))
                .orElse(List.of())) {
            place(fields, item).ifPresent(place -> {
                if (all.stream().anyMatch(it -> it.to().equals(place.to()))) {
                    problems.error(item.at(), "'" + place.to() + "' stands here a second time", "keep one of the two");
                }
                all.add(place);
            });
        }
        return List.copyOf(all);
    }

    /** {@code file:…}, or {@code {to: otlp:…, credential: env:NAME}}. */
    private Optional<Shipping> place(Fields log, Node item) {
        if (!(item instanceof Node.Mapping)) {
            return to(log, item, Optional.empty());
        }
        Fields fields = Fields.closed(problems, "a place to ship to", item, SHIP);
        Optional<Credential> credential = fields.optional("credential")
                .flatMap(node -> fields.text(node, Credential.FORM, "a credential's place, env:NAME or file:path"))
                .flatMap(Credential::parse);
        Optional<Shipping> place =
                fields.required("to", "syslog://127.0.0.1:514").flatMap(node -> to(fields, node, credential));
        place.filter(it -> !it.takesCredential())
                .ifPresent(_ -> fields.refuse("credential", "only otlp takes a credential", "remove it"));
        return place;
    }

    private static Optional<Shipping> to(Fields fields, Node node, Optional<Credential> credential) {
        return fields.text(node, Shipping.FORM, Shipping.EXPECTED)
                .map(to -> new Shipping(to, credential, Optional.of(node.at())));
    }

    private Optional<Witnesses> witnesses(Node node) {
        Fields fields = Fields.closed(problems, "'witnesses'", node, WITNESSES);
        if (!(node instanceof Node.Mapping)) {
            return Optional.empty();
        }
        List<Witnesses.Asked> asked = new ArrayList<>();
        Optional<Node> ask = fields.required(
                "ask", "[{at: \"https://witness.example\", keys: [\"witness.example/one+1234abcd+BAbC…\"]}]");
        List<Node> items =
                ask.map(list -> fields.items(list, "a list of witnesses")).orElse(List.of());
        for (Node item : items) {
            witness(item).ifPresent(witness -> addTo(asked, witness, item));
        }
        if (ask.isPresent() && (items.isEmpty() || items.size() > MOST)) {
            problems.error(
                    ask.get().at(),
                    "expected from 1 to " + MOST + " witnesses, not " + items.size(),
                    "list them in 'ask'");
        }
        Duration every = fields.optional("every")
                .flatMap(time -> fields.quantity(time, Quantity::duration, Quantity.TIME_EXAMPLE)
                        .filter(it -> isInRange(it, time)))
                .orElse(EVERY);
        // What is wrong with a witness is not wrong with the number.
        int most = Math.clamp(items.size(), 1, MOST);
        int quorum = fields.optional("quorum")
                .map(count -> quorum(fields, count, most))
                .orElse(most);
        return asked.isEmpty() || asked.size() < items.size()
                ? Optional.empty()
                : Optional.of(new Witnesses(quorum, every, asked));
    }

    private int quorum(Fields fields, Node count, int most) {
        if (count instanceof Node.Whole whole && whole.value() > most) {
            problems.error(
                    count.at(),
                    "a quorum of " + whole.value() + " witnesses, and 'ask' lists " + (most == 1 ? "one" : most),
                    "write 'quorum: " + most + "' or less, or list more witnesses in 'ask'");
            return most;
        }
        return (int) fields.count(count, 1, most).orElse(1);
    }

    private boolean isInRange(Duration every, Node time) {
        boolean good = every.compareTo(SHORTEST) >= 0 && every.compareTo(LONGEST) <= 0;
        if (!good) {
            problems.error(
                    time.at(),
                    "witnesses are asked every second at most and every day at least",
                    "for example 'every: 1 min'");
        }
        return good;
    }

    private void addTo(List<Witnesses.Asked> all, Witnesses.Asked witness, Node item) {
        for (Witnesses.Asked other : all) {
            if (other.at().equals(witness.at())) {
                problems.error(item.at(), "'" + witness.at() + "' stands here a second time", "keep one of the two");
            } else if (other.name().equals(witness.name())) {
                problems.error(
                        item.at(),
                        "the witness '" + Fields.shortened(witness.name()) + "' stands here a second time",
                        "each counts once for the quorum: keep one of the two");
            } else if (other.keys().stream().anyMatch(it -> hasKey(witness, it.key()))) {
                problems.error(
                        item.at(),
                        "the witness '" + Fields.shortened(witness.name()) + "' has a key of '"
                                + Fields.shortened(other.name()) + "'",
                        "who has one key is one witness, and counts once for the quorum: keep one of the two");
            }
        }
        all.add(witness);
    }

    private static boolean hasKey(Witnesses.Asked witness, Blob key) {
        return witness.keys().stream().anyMatch(it -> it.key().equals(key));
    }

    private Optional<Witnesses.Asked> witness(Node item) {
        Fields fields = Fields.closed(problems, "a witness", item, WITNESS);
        if (!(item instanceof Node.Mapping)) {
            return Optional.empty();
        }
        Optional<URI> at = fields.required("at", "https://witness.example")
                .flatMap(node -> fields.address(node, "https://witness.example"))
                .filter(uri -> isPrefix(fields, uri));
        Optional<Node> list = fields.required("keys", "[\"witness.example/one+1234abcd+BAbC…\"]");
        List<VerifierKey> keys = list.map(node -> keys(fields, node)).orElse(List.of());
        return keys.isEmpty() ? Optional.empty() : at.map(uri -> new Witnesses.Asked(uri, keys));
    }

    private boolean isPrefix(Fields fields, URI uri) {
        if (uri.getRawQuery() != null) {
            fields.refuse("at", "a witness's address has no query", "end it before the '?'");
        }
        return uri.getRawQuery() == null;
    }

    private List<VerifierKey> keys(Fields fields, Node list) {
        List<VerifierKey> keys = new ArrayList<>();
        List<Node> items = fields.items(list, "a list of verifier keys");
        for (Node item : items) {
            fields.text(item, ANY_TEXT, "a verifier key")
                    .flatMap(line -> key(item, line))
                    .ifPresent(key -> {
                        if (keys.stream().anyMatch(it -> !it.name().equals(key.name()))) {
                            problems.error(
                                    item.at(),
                                    "the keys of one witness have one name, and this is of '"
                                            + Fields.shortened(key.name()) + "'",
                                    "give each witness an entry of its own");
                        } else if (keys.stream().anyMatch(it -> it.type() == key.type())) {
                            problems.error(
                                    item.at(),
                                    "the witness has another key of this kind already",
                                    "keep one Ed25519 key and one ML-DSA key at most");
                        }
                        keys.add(key);
                    });
        }
        if (list instanceof Node.Sequence && items.isEmpty()) {
            problems.error(list.at(), "a witness needs at least one key", "it prints them when it starts");
        }
        return keys;
    }

    private Optional<VerifierKey> key(Node node, String line) {
        try {
            VerifierKey key = VerifierKey.parse(line.strip());
            if (key.type() != VerifierKey.ED25519) {
                return Optional.of(key);
            }
            problems.error(
                    node.at(),
                    "the key of '" + Fields.shortened(key.name()) + "' signs notes and cosigns none",
                    "a witness has another one, which it prints when it starts");
        } catch (JournalException e) {
            problems.error(
                    node.at(),
                    "'" + Fields.shortened(line) + "' is not a verifier key",
                    "copy a line that the witness prints, such as witness.example/one+1234abcd+BAbC…");
        }
        return Optional.empty();
    }
}
