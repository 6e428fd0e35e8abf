package ambit.cli;

import ambit.cli.outcome.Failure;
import ambit.log.entry.Entry;
import ambit.wire.Denial;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The options that say which entries are wanted: all that are given must hold. */
final class LogFilter {

    private static final Pattern RANGE = Pattern.compile("#?([0-9]{1,18})?(\\.\\.)?#?([0-9]{1,18})?");

    /** Words for kinds that are not the beginning of their names. */
    private static final Map<String, Set<String>> WORDS = Map.of(
            "deny", Set.of("denied"),
            "log", Set.of("guestEvent"),
            "grant", Set.of("grantSeen"),
            "approval", Set.of("asked", "approved", "approvalRefused"),
            "key", Set.of("tenantRegistered", "tenantKeyAdded", "coreKeyEndorsed"));

    @Option(names = "--transaction", paramLabel = "T", description = "Of this transaction (or what begins like it).")
    private String transaction = "";

    @Option(names = "--tenant", paramLabel = "T", description = "Of this tenant.")
    private String tenant = "";

    @Option(names = "--principal", paramLabel = "P", description = "Of this principal: a name, or a key in hex.")
    private String principal = "";

    @Option(names = "--agent", paramLabel = "A", description = "Of transactions of this agent.")
    private String agent = "";

    @Option(
            names = {"--tool", "--capability"},
            paramLabel = "C",
            description = "About this capability (model.chat), or a tool with all of its operations (model).")
    private String capability = "";

    @Option(names = "--driver", paramLabel = "D", description = "Carried out by this driver.")
    private String driver = "";

    @Option(
            names = "--kind",
            paramLabel = "K",
            split = ",",
            description = "Of this kind: allow, deny, outcome, log, admit, spawn, commit, end, revoke, boot, …")
    private List<String> kinds = new ArrayList<>();

    @Option(names = "--denied", description = "Only refusals.")
    private boolean denied;

    @Option(
            names = "--code",
            paramLabel = "CODE",
            description = "Refused, or failed, with this code, such as CONSTRAINT.")
    private String code = "";

    @Option(names = "--since", paramLabel = "TIME", description = "From this time on: " + Moment.EXPECTED + ".")
    private String since = "";

    @Option(names = "--until", paramLabel = "TIME", description = "Before this time.")
    private String until = "";

    @Option(names = "--range", paramLabel = "A..B", description = "From index A to index B; either may be left out.")
    private String range = "";

    @Option(names = "--text", paramLabel = "TEXT", description = "What a guest logged that holds this text.")
    private String text = "";

    private LogFilter() {}

    /** What the options say; whatever is wrong with them is said first. */
    BiPredicate<LogLine, Subject> predicate(KeyRing keys, Instant now) {
        List<BiPredicate<LogLine, Subject>> all = new ArrayList<>();
        given(transaction)
                .ifPresent(it -> all.add((_, subject) -> subject.transaction().startsWith(it)));
        given(tenant).ifPresent(it -> all.add((_, subject) -> subject.tenant().equals(it)));
        given(principal)
                .map(it -> key(keys, it))
                .ifPresent(it ->
                        all.add((_, subject) -> subject.principal().toHex().startsWith(it)));
        given(agent).ifPresent(it -> all.add((_, subject) -> subject.agent().equals(it)));
        given(capability).ifPresent(it -> all.add((_, subject) -> names(it, subject.capability())));
        given(driver).ifPresent(it -> all.add((_, subject) -> subject.driver().equals(it)));
        if (!kinds.isEmpty()) {
            Set<String> wanted =
                    kinds.stream().flatMap(it -> kinds(it).stream()).collect(Collectors.toSet());
            all.add((line, _) -> wanted.contains(line.kind()));
        }
        if (denied) {
            all.add((line, _) -> line.isDenied());
        }
        given(code).map(LogFilter::denial).ifPresent(it -> all.add((line, _) -> failedWith(line.entry(), it)));
        moment("--since", since, now)
                .ifPresent(it -> all.add((line, _) -> line.entry().atMs() >= it));
        moment("--until", until, now)
                .ifPresent(it -> all.add((line, _) -> line.entry().atMs() < it));
        given(range).ifPresent(it -> all.add(within(it)));
        given(text)
                .ifPresent(it -> all.add((line, _) -> line.entry() instanceof Entry.GuestEvent event
                        && LogLine.words(event.event()).contains(it)));
        return (line, subject) -> all.stream().allMatch(one -> one.test(line, subject));
    }

    private static Optional<String> given(String option) {
        return Optional.of(option).filter(it -> !it.isEmpty());
    }

    /** A principal's key in hex, or the beginning of one. */
    private static String key(KeyRing keys, String principal) {
        return principal.matches("[0-9a-f]{8,64}")
                ? principal
                : keys.publicKey(principal).toHex();
    }

    private static boolean names(String wanted, String capability) {
        return capability.equals(wanted) || capability.startsWith(wanted + ".");
    }

    /** All kinds of entries, by their names in JSON. */
    static Set<String> kinds() {
        return Arrays.stream(Entry.class.getPermittedSubclasses())
                .map(LogLine::kind)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> kinds(String word) {
        Set<String> all = kinds();
        Set<String> found = all.stream()
                .filter(kind -> kind.toLowerCase(Locale.ROOT).startsWith(word.toLowerCase(Locale.ROOT)))
                .collect(Collectors.toCollection(TreeSet::new));
        WORDS.getOrDefault(word, Set.of()).stream().filter(all::contains).forEach(found::add);
        if (found.isEmpty() || word.isEmpty()) {
            throw Failure.usage("there is no kind of entry '" + word + "'", "there are: " + String.join(", ", all));
        }
        return found;
    }

    private static int denial(String code) {
        return Arrays.stream(Denial.values())
                .filter(it -> it.name().equalsIgnoreCase(code))
                .findFirst()
                .map(Denial::number)
                .orElseThrow(
                        () -> Failure.usage("there is no code '" + code + "'", "docs/reference/denials.md lists them"));
    }

    private static boolean failedWith(Entry entry, int code) {
        return switch (entry) {
            case Entry.Denied it -> it.code() == code;
            case Entry.Outcome it -> it.status() == code;
            default -> false;
        };
    }

    private static Optional<Long> moment(String option, String text, Instant now) {
        return given(text)
                .map(it -> Moment.parse(it, now, ZoneId.systemDefault())
                        .orElseThrow(() -> Failure.usage("'" + it + "' is no time for " + option, Moment.EXPECTED)))
                .map(Instant::toEpochMilli);
    }

    private static BiPredicate<LogLine, Subject> within(String range) {
        Matcher matcher = RANGE.matcher(range);
        if (!matcher.matches() || (matcher.group(1) == null && matcher.group(3) == null)) {
            throw Failure.usage("'" + range + "' is no range of indices", "such as 100..200, 100.., ..200 or 100");
        }
        long first = matcher.group(1) == null ? 0 : Long.parseLong(matcher.group(1));
        long last = matcher.group(3) != null
                ? Long.parseLong(matcher.group(3))
                : matcher.group(2) == null ? first : Long.MAX_VALUE;
        return (line, _) -> line.index() >= first && line.index() <= last;
    }
}
