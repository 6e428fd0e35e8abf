package ambit.cli;

import ambit.audit.Descriptions;
import ambit.authority.Forgetting;
import ambit.authority.Revocation;
import ambit.authority.approval.Heard;
import ambit.cli.shipping.Event;
import ambit.cli.shipping.Severity;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.cli.text.Terminal.Colour;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** One entry of the log, for a person or for a program. */
record LogLine(long index, Entry entry) {

    /** The transaction that it speaks of; an outcome names a permit instead. */
    Optional<String> transaction() {
        return switch (entry) {
            case Entry.Admitted it -> Optional.of(it.transaction());
            case Entry.Spawned it -> Optional.of(it.transaction());
            case Entry.Denied it -> Optional.of(it.transaction());
            case Entry.Allowed it -> Optional.of(it.transaction());
            case Entry.GuestEvent it -> Optional.of(it.transaction());
            case Entry.BoundaryReport it -> Optional.of(it.transaction());
            case Entry.CommitIntended it -> Optional.of(it.transaction());
            case Entry.Ended it -> Optional.of(it.transaction());
            case Entry.Recovered it -> Optional.of(it.transaction());
            case Entry.Wrote it -> Optional.of(it.transaction());
            case Entry.Stopped it -> Optional.of(it.transaction());
            case Entry.Asked it -> Optional.of(it.transaction());
            case Entry.Shredded it -> Optional.of(it.transaction());
            case Entry.BodyRead it -> Optional.of(it.transaction());
            case Entry.Boot _,
                    Entry.TenantRegistered _,
                    Entry.GrantSeen _,
                    Entry.Outcome _,
                    Entry.Revoked _,
                    Entry.Forgotten _,
                    Entry.TenantKeyAdded _,
                    Entry.CoreKeyEndorsed _,
                    Entry.PostQuantumKey _,
                    Entry.Approved _,
                    Entry.ApprovalRefused _ -> Optional.empty();
        };
    }

    /** The context that it speaks of; where it names none, its transaction may still tell. */
    Optional<Blob> context() {
        Blob context = switch (entry) {
            case Entry.Admitted it -> it.context();
            case Entry.Spawned it -> it.context();
            case Entry.Denied it -> it.context();
            case Entry.Allowed it -> it.context();
            case Entry.GuestEvent it -> it.context();
            case Entry.CommitIntended it -> it.context();
            case Entry.Ended it -> it.context();
            case Entry.Wrote it -> it.context();
            case Entry.Asked it -> it.context();
            default -> Blob.EMPTY;
        };
        return Optional.of(context).filter(it -> !it.isEmpty());
    }

    /** What it takes from accounts, or settles of them. */
    List<Entry.Debit> debits() {
        return switch (entry) {
            case Entry.Allowed it -> it.debits();
            case Entry.Spawned it -> it.debits();
            case Entry.Outcome it -> it.settled();
            default -> List.of();
        };
    }

    /** As it is shipped. */
    static Event event(String origin, long index, Entry entry, Blob leaf) {
        LogLine line = new LogLine(index, entry);
        java.util.Map<String, Json> body = new java.util.LinkedHashMap<>(((Json.Obj) line.json()).members());
        body.put("origin", new Json.Str(origin));
        body.put("leaf", new Json.Str(leaf.toHex()));
        return new Event(
                index,
                entry.atMs(),
                line.kind(),
                line.transaction(),
                line.severity(),
                line.sentence(),
                new Json.Obj(body));
    }

    private Severity severity() {
        return switch (entry) {
            case Entry.Denied _ -> Severity.WARNING;
            case Entry.Outcome it -> it.status() == 0 ? Severity.INFO : Severity.WARNING;
            case Entry.Revoked _, Entry.Stopped _, Entry.TenantKeyAdded _, Entry.CoreKeyEndorsed _, Entry.Forgotten _ ->
                Severity.NOTICE;
            default -> Severity.INFO;
        };
    }

    boolean isDenied() {
        return entry instanceof Entry.Denied;
    }

    /** The line that {@code ambit log} prints. */
    String text(Terminal terminal) {
        return terminal.coloured(Colour.DIM, "#%-5d %s".formatted(index, Sentences.time(entry.atMs()))) + "  "
                + what(terminal);
    }

    /** The same without index, time and colours. */
    String sentence() {
        return what(Terminal.PLAIN);
    }

    private String what(Terminal terminal) {
        return switch (entry) {
            case Entry.Boot it ->
                "the core started" + (it.torn() > 0 ? " (" + it.torn() + " torn bytes were cut off)" : "");
            case Entry.TenantRegistered it -> "tenant " + it.tenant() + " registered";
            case Entry.GrantSeen it -> "grant " + brief(it.hash()) + " seen for the first time";
            case Entry.Admitted it -> "admitted " + it.agent() + "  " + it.transaction();
            case Entry.Spawned it -> "spawned " + it.agent() + "  " + it.transaction();
            case Entry.Denied it ->
                terminal.coloured(Colour.RED, "denied  ")
                        + subject(it.syscall(), it.capability())
                        + "  "
                        + terminal.coloured(Colour.RED, Sentences.denial(it.code()))
                        + ": "
                        + Terminal.plain(it.sentence())
                        + inTransaction(it.transaction());
            case Entry.Allowed it ->
                terminal.coloured(Colour.GREEN, "allowed ")
                        + subject(it.syscall(), it.capability())
                        + (it.effect() ? "  effect" : "  read")
                        + left(it.debits())
                        + inTransaction(it.transaction());
            case Entry.Outcome it ->
                "outcome " + (it.status() == 0 ? "ok" : Sentences.denial(it.status())) + "  " + it.bytes() + " B  "
                        + it.millis() + " ms  permit " + brief(it.permit());
            case Entry.GuestEvent it ->
                "the guest says " + Terminal.plain(words(it.event())) + inTransaction(it.transaction());
            case Entry.BoundaryReport it ->
                "the guest's boundary: " + Sentences.boundary(it.report()) + inTransaction(it.transaction());
            case Entry.CommitIntended it -> "commits" + inTransaction(it.transaction());
            case Entry.Ended it ->
                "ended: " + Sentences.end(it.how()) + ", exit code " + it.exitCode() + verdicts(it.verdicts())
                        + inTransaction(it.transaction());
            case Entry.Revoked it ->
                terminal.coloured(Colour.YELLOW, "revoked ") + target(it.target()) + ", epoch " + it.epoch()
                        + because(why(it));
            case Entry.Stopped it ->
                terminal.coloured(Colour.YELLOW, "stopped") + because(it.why()) + inTransaction(it.transaction());
            case Entry.TenantKeyAdded it ->
                "tenant " + it.tenant() + " has the key " + brief(it.rootKey()) + " too, by "
                        + (it.word().isEmpty() ? "the administrator's word" : "a word of a key before it");
            case Entry.Asked it ->
                terminal.coloured(Colour.YELLOW, "asks    ") + Terminal.plain(it.capability()) + "  for approval "
                        + brief(it.approval()) + inTransaction(it.transaction());
            case Entry.Approved it ->
                terminal.coloured(Colour.GREEN, "approved ") + brief(it.approval()) + "  by the key "
                        + brief(it.approver());
            case Entry.ApprovalRefused it ->
                terminal.coloured(Colour.RED, "refused ") + brief(it.approval()) + "  by the key "
                        + brief(it.approver()) + because(it.heard().why());
            case Entry.CoreKeyEndorsed it -> "the core's key says that " + brief(it.key()) + " follows it";
            case Entry.PostQuantumKey it ->
                "checkpoints are signed with the ML-DSA key " + brief(it.key().sha256()) + ", too";
            case Entry.Shredded it ->
                terminal.coloured(Colour.YELLOW, "shredded ")
                        + Sentences.count(it.bodies(), "body", "bodies")
                        + because(it.why())
                        + inTransaction(it.transaction());
            case Entry.BodyRead it ->
                "read    " + (it.digest().isEmpty() ? "what bodies there are" : "the body " + brief(it.digest()))
                        + ", by " + Terminal.plain(it.by()) + inTransaction(it.transaction());
            case Entry.Forgotten it ->
                terminal.coloured(Colour.YELLOW, "forgets")
                        + forgetting(it).map(LogLine::forgotten).orElse(" what nobody can read")
                        + (it.partitions() < 0
                                ? ""
                                : ": destroyed " + it.partitions() + " partitions, " + it.entries() + " entries, "
                                        + it.bodies() + " bodies");
            case Entry.Wrote it -> "reports" + verdicts(it.verdicts()) + inTransaction(it.transaction());
            case Entry.Recovered it ->
                "recovered: " + (it.committed() ? "had been committed" : "had not been committed")
                        + inTransaction(it.transaction());
        };
    }

    private static String target(Blob target) {
        return target.size() == Revocation.GENERATION ? Descriptions.target(target) : brief(target);
    }

    static Optional<Forgetting> forgetting(Entry.Forgotten it) {
        try {
            return Optional.of(it.forgetting());
        } catch (JournalException e) {
            return Optional.empty();
        }
    }

    private static String forgotten(Forgetting it) {
        String what = " all memory of " + Terminal.plain(it.tenant());
        if (!it.principal().isEmpty()) {
            what = " all memory of " + brief(it.principal());
        }
        return (it.transaction().isEmpty() ? what : inTransaction(it.transaction())) + because(it.why());
    }

    private static String because(String why) {
        return why.isEmpty() ? "" : ": " + Terminal.plain(why);
    }

    /** The reason that the tenant gave; the core has checked the signature, and {@code ambit why} does it again. */
    static String why(Entry.Revoked revoked) {
        try {
            return Revocation.parse(Cose.parse(revoked.revocation()).payload()).why();
        } catch (MalformedException e) {
            return "";
        }
    }

    private static String subject(int syscall, String capability) {
        return capability.isEmpty() ? Sentences.syscall(syscall) : Terminal.plain(capability);
    }

    private static String inTransaction(String transaction) {
        return transaction.isEmpty() ? "" : "  " + transaction;
    }

    static List<Object> debits(List<Entry.Debit> debits) {
        return debits.stream().<Object>map(LogLine::debit).toList();
    }

    private static Json debit(Entry.Debit it) {
        boolean uses = it.account() < Entry.BUDGETS;
        return JsonText.object(
                "block",
                it.block().toHex(),
                uses ? "capability" : "budget",
                uses ? it.account() : it.account() - Entry.BUDGETS,
                uses ? "uses" : "spent",
                it.taken(),
                "limit",
                it.limit(),
                "windowFromMs",
                it.openedMs(),
                "inWindow",
                it.inWindow());
    }

    private static String left(List<Entry.Debit> debits) {
        return debits.stream()
                .filter(debit -> debit.limit() >= 0 && debit.account() < Entry.BUDGETS)
                .mapToLong(debit -> debit.limit() - debit.taken())
                .min()
                .stream()
                .mapToObj(left -> "  " + left + " left")
                .findFirst()
                .orElse("");
    }

    private static String verdicts(List<Entry.Written> verdicts) {
        long committed = verdicts.stream().filter(Entry.Written::committed).count();
        return verdicts.isEmpty() ? "" : ", " + committed + " of " + verdicts.size() + " writes committed";
    }

    static String words(Blob json) {
        return new String(json.toArray(), StandardCharsets.UTF_8);
    }

    static String brief(Blob hash) {
        String hex = hash.toHex();
        return hex.substring(0, Math.min(16, hex.length()));
    }

    /** The object that {@code ambit log --json} prints; bytes are lower-case hex. */
    Json json() {
        Json.Obj details = (Json.Obj) details();
        java.util.Map<String, Json> all = new java.util.LinkedHashMap<>();
        all.put("index", new Json.Int(index));
        all.put("atMs", new Json.Int(entry.atMs()));
        all.put("kind", new Json.Str(kind()));
        all.putAll(details.members());
        return new Json.Obj(all);
    }

    /** Its name in JSON, such as {@code guestEvent}. */
    String kind() {
        return kind(entry.getClass());
    }

    static String kind(Class<?> entry) {
        String name = entry.getSimpleName();
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /** Members beyond index, time and kind; docs/reference/log-json.md lists them, and a test compares. */
    private Json details() {
        return switch (entry) {
            case Entry.Boot it ->
                JsonText.object("origin", it.origin(), "coreKey", it.coreKey().toHex(), "torn", it.torn());
            case Entry.TenantRegistered it ->
                JsonText.object("tenant", it.tenant(), "rootKey", it.rootKey().toHex());
            case Entry.GrantSeen it -> JsonText.object("hash", it.hash().toHex());
            case Entry.Admitted it ->
                JsonText.object(
                        "context", it.context().toHex(),
                        "transaction", it.transaction(),
                        "tenant", it.tenant(),
                        "principal", it.principal().toHex(),
                        "agent", it.agent(),
                        "grant", it.grantHash().toHex(),
                        "request", it.requestHash().toHex(),
                        "contextKey", it.contextKey().toHex(),
                        "expiresAtMs", it.expiresAtMs());
            case Entry.Spawned it ->
                JsonText.object(
                        "context", it.context().toHex(),
                        "transaction", it.transaction(),
                        "agent", it.agent(),
                        "parent", it.parent().toHex(),
                        "delegation", it.delegationHash().toHex(),
                        "contextKey", it.contextKey().toHex(),
                        "expiresAtMs", it.expiresAtMs(),
                        "debits", debits(it.debits()));
            case Entry.Denied it ->
                JsonText.object(
                        "context", it.context().toHex(),
                        "transaction", it.transaction(),
                        "syscall", Sentences.syscall(it.syscall()),
                        "capability", it.capability(),
                        "paramsDigest", it.paramsDigest().toHex(),
                        "code", Sentences.denial(it.code()),
                        "sentence", it.sentence());
            case Entry.Allowed it ->
                JsonText.object(
                        "context", it.context().toHex(),
                        "transaction", it.transaction(),
                        "sequence", it.sequence(),
                        "syscall", Sentences.syscall(it.syscall()),
                        "capability", it.capability(),
                        "paramsDigest", it.paramsDigest().toHex(),
                        "permit", it.permit().toHex(),
                        "driver", it.driver(),
                        "effect", it.effect(),
                        "debits", debits(it.debits()),
                        "origins", it.origins(),
                        "approval", it.approval().toHex());
            case Entry.Outcome it ->
                JsonText.object(
                        "permit", it.permit().toHex(),
                        "status", Sentences.status(it.status()),
                        "resultDigest", it.resultDigest().toHex(),
                        "bytes", it.bytes(),
                        "millis", it.millis(),
                        "settled", debits(it.settled()));
            case Entry.GuestEvent it ->
                JsonText.object(
                        "context", it.context().toHex(), "transaction", it.transaction(), "event", words(it.event()));
            case Entry.BoundaryReport it ->
                JsonText.object(
                        "context", it.context().toHex(), "transaction", it.transaction(), "report", words(it.report()));
            case Entry.CommitIntended it ->
                JsonText.object("context", it.context().toHex(), "transaction", it.transaction());
            case Entry.Ended it ->
                JsonText.object(
                        "context", it.context().toHex(),
                        "transaction", it.transaction(),
                        "how", Sentences.end(it.how()),
                        "exitCode", it.exitCode(),
                        "resultDigest", it.resultDigest().toHex(),
                        "verdicts", objects(it.verdicts()));
            case Entry.Wrote it ->
                JsonText.object(
                        "context", it.context().toHex(),
                        "transaction", it.transaction(),
                        "verdicts", objects(it.verdicts()));
            case Entry.Revoked it ->
                JsonText.object(
                        "tenant", it.tenant(),
                        "target", it.target().toHex(),
                        "epoch", it.epoch(),
                        "revocation", it.revocation().sha256().toHex(),
                        "why", why(it));
            case Entry.Stopped it -> JsonText.object("transaction", it.transaction(), "why", it.why());
            case Entry.Shredded it ->
                JsonText.object("transaction", it.transaction(), "bodies", it.bodies(), "why", it.why());
            case Entry.BodyRead it ->
                JsonText.object(
                        "transaction", it.transaction(),
                        "digest", it.digest().toHex(),
                        "by", it.by());
            case Entry.Forgotten it -> {
                Optional<Forgetting> word = forgetting(it);
                yield JsonText.object(
                        "tenant", word.map(Forgetting::tenant).orElse(""),
                        "principal", word.map(w -> w.principal().toHex()).orElse(""),
                        "forgotten", word.map(Forgetting::transaction).orElse(""),
                        "why", word.map(Forgetting::why).orElse(""),
                        "done", it.partitions() >= 0,
                        "partitions", Math.max(0, it.partitions()),
                        "entries", it.entries(),
                        "bodies", it.bodies());
            }
            case Entry.TenantKeyAdded it ->
                JsonText.object(
                        "tenant", it.tenant(),
                        "rootKey", it.rootKey().toHex(),
                        "word", it.word().toHex());
            case Entry.CoreKeyEndorsed it ->
                JsonText.object("coreKey", it.key().toHex(), "word", it.word().toHex());
            case Entry.PostQuantumKey it -> JsonText.object("mlDsaKey", it.key().toHex());
            case Entry.Asked it ->
                JsonText.object(
                        "transaction", it.transaction(),
                        "capability", it.capability(),
                        "paramsDigest", it.paramsDigest().toHex(),
                        "approval", it.approval().toHex(),
                        "waitUntilMs", it.waitUntilMs());
            case Entry.Approved it -> heard(it.approval(), it.approver(), it.heard());
            case Entry.ApprovalRefused it -> heard(it.approval(), it.approver(), it.heard());
            case Entry.Recovered it -> JsonText.object("transaction", it.transaction(), "committed", it.committed());
        };
    }

    private static Json heard(Blob approval, Blob approver, Heard heard) {
        return JsonText.object(
                "approval", approval.toHex(),
                "approver", approver.toHex(),
                "issuedAtMs", heard.issuedAtMs(),
                "untilMs", heard.untilMs(),
                "calls", Math.max(0, heard.left()),
                "why", heard.why());
    }

    static List<Json> objects(List<Entry.Written> verdicts) {
        return verdicts.stream()
                .map(verdict -> JsonText.object(
                        "key", verdict.key(),
                        "committed", verdict.committed(),
                        "code", Sentences.status(verdict.code()),
                        "version", verdict.version()))
                .toList();
    }
}
