package ambit.cli.config;

import ambit.authority.Rate;
import ambit.authority.approval.Approval;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads {@code approval} of a capability, and {@code approvals} of the file. */
final class ApprovalParser {
    private static final List<String> APPROVAL = List.of("of", "need", "for", "uses", "wait");
    private static final List<String> APPROVALS = List.of("webhook");
    private static final Pattern ADDRESS = Pattern.compile("[!-~]{1,1024}");

    private final Problems problems;

    ApprovalParser(Problems problems) {
        this.problems = problems;
    }

    /** {@code {of: [bob, carol], need: 2, for: 10 min, uses: 1, wait: 5 min}}. */
    Optional<Use.Approval> approval(Node.Entry capability, Node node) {
        Fields fields = Fields.closed(problems, "the approval of '" + capability.key() + "'", node, APPROVAL);
        List<String> of = fields.required("of", "[bob, carol]")
                .map(value -> List.copyOf(fields.names(value, Names.NAME, "name of a key")))
                .orElse(List.of());
        long need = count(fields, "need", Approval.MAX_APPROVERS);
        if (of.size() > Approval.MAX_APPROVERS || of.size() < need) {
            problems.error(
                    node.at(),
                    "'need' asks for " + need + " of " + of.size() + " approvers",
                    "name as many below 'of' as are needed, and at most " + Approval.MAX_APPROVERS);
        }
        Optional<Duration> life = fields.required("for", "10 min").flatMap(value -> seconds(fields, "for", value));
        long uses = count(fields, "uses", AgentParser.MOST_USES);
        Optional<Duration> patience = fields.has("wait")
                ? fields.optional("wait").flatMap(value -> seconds(fields, "wait", value))
                : Optional.of(Duration.ZERO);
        if (patience.isPresent() && patience.get().toSeconds() > Approval.MAX_PATIENCE) {
            problems.error(
                    node.at(), "'wait' is at most a day", "without it, a call fails at once and may be tried again");
        }
        return life.flatMap(it -> patience.map(
                wait -> new Use.Approval(node.at(), of, (int) need, it.toSeconds(), uses, wait.toSeconds())));
    }

    private static long count(Fields fields, String key, long most) {
        return fields.optional(key)
                .map(node -> fields.count(node, 1, most))
                .orElse(OptionalLong.of(1))
                .orElse(1);
    }

    private Optional<Duration> seconds(Fields fields, String key, Node node) {
        Optional<Duration> time = fields.quantity(node, Quantity::duration, Quantity.TIME_EXAMPLE);
        if (time.isPresent() && (time.get().toMillis() % 1000 != 0 || time.get().toSeconds() > Rate.MAX_SECONDS)) {
            problems.error(
                    node.at(),
                    "'" + key + "' is counted in whole seconds, up to a year",
                    "for example '" + key + ": 10 min'");
            return Optional.empty();
        }
        return time;
    }

    /** Where approvers are told of what waits for them. */
    Optional<URI> webhook(Node node) {
        Fields fields = Fields.closed(problems, "'approvals'", node, APPROVALS);
        return fields.required("webhook", "https://chat.example.com/hooks/ambit")
                .flatMap(value -> fields.text(value, ADDRESS, "an address").flatMap(text -> address(value, text)));
    }

    private Optional<URI> address(Node node, String text) {
        try {
            URI address = new URI(text);
            boolean web = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (web && address.getHost() != null && address.getUserInfo() == null) {
                return Optional.of(address);
            }
        } catch (URISyntaxException _) {
            // Said below.
        }
        problems.error(
                node.at(),
                "'" + Fields.shortened(text) + "' is not an http or https address without a password",
                "for example https://chat.example.com/hooks/ambit");
        return Optional.empty();
    }

    /** A child has no more approval than the agent that starts it, so that one says at least as much. */
    void requireInParents(Agent parent, Agent child) {
        for (Use own : child.mayUse()) {
            own.approval()
                    .ifPresent(
                            asked -> parent.mayUse().stream()
                                    .filter(use -> use.capability().equals(own.capability()))
                                    .filter(use -> !use.approval()
                                            .map(it -> it.sameAs(asked))
                                            .orElse(false))
                                    .forEach(
                                            use -> problems.error(
                                                    use.at(),
                                                    "'" + child.name() + "' asks for approval of " + own.capability()
                                                            + ", and '" + parent.name()
                                                            + "', who starts it, does not ask for the same",
                                                    "a child is held to the approval of who starts it: write the same 'approval' here")));
        }
    }
}
