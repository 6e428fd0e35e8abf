package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.authority.Endorsement;
import ambit.authority.Grant;
import ambit.authority.Revocation;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.Terminal;
import ambit.cli.text.Terminal.Colour;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "why",
        description = "Say by what authority something happened: the chain from the tenant's root key to the call, "
                + "verified again from the log alone.",
        mixinStandardHelpOptions = true)
final class WhyCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "ID", description = "An index of the log (#12 or 12), a permit or a transaction.")
    private String id = "";

    /** What the log says, by what it speaks of. */
    private final List<LogLine> lines = new ArrayList<>();

    private final Map<Blob, Entry.GrantSeen> grants = new HashMap<>();
    private final Map<Blob, LogLine> begins = new HashMap<>();
    private final Map<Blob, Entry.Outcome> outcomes = new HashMap<>();
    private final Map<Blob, LogLine> roots = new HashMap<>();
    /** What a revocation can name to mean the subject's chain. */
    private final Set<Blob> names = new HashSet<>();

    private String tenant = "";
    private long generation;
    private boolean sound = true;

    @Override
    public Integer call() {
        Terminal terminal = main.terminal();
        Project project = main.project();
        Blob coreKey = LogCommand.coreKey(project);
        if (LogVerifier.read(project.places().log(), coreKey, this::take)
                instanceof LogVerifier.Broken(String sentence)) {
            throw Failure.kernel("the log is not intact: " + sentence, "'ambit log verify' says the same");
        }
        LogLine subject = subject();
        terminal.result(subject.text(terminal));
        if (subject.entry() instanceof Entry.Denied denied) {
            terminal.result("  because " + Sentences.denialSentence(denied.code())
                    + (denied.capability().isEmpty() ? "" : ", asked for " + Terminal.plain(denied.capability())));
        }
        context(subject.entry())
                .ifPresentOrElse(
                        context -> {
                            chain(context, new KeyRing(project.places().keys()), terminal);
                            ends(subject, terminal);
                        },
                        () -> withoutChain(subject, terminal));
        consequences(subject, terminal);
        return sound ? ExitCode.OK : ExitCode.AGENT_FAILED;
    }

    private void withoutChain(LogLine subject, Terminal terminal) {
        switch (subject.entry()) {
            case Entry.Revoked it -> revoked(it, subject.index(), terminal);
            case Entry.TenantKeyAdded it -> root(it.tenant(), it.rootKey(), terminal);
            case Entry.CoreKeyEndorsed it ->
                terminal.result(
                        "  the log is intact, so the word for " + PublicKeys.toLine(it.key()) + " is the core's own");
            default -> terminal.result("  no transaction: there is no chain to show");
        }
    }

    private void take(long index, Entry entry) {
        LogLine line = new LogLine(index, entry);
        lines.add(line);
        switch (entry) {
            case Entry.GrantSeen it -> grants.put(it.hash(), it);
            case Entry.Admitted it -> begins.put(it.context(), line);
            case Entry.Spawned it -> begins.put(it.context(), line);
            case Entry.Outcome it -> outcomes.put(it.permit(), it);
            case Entry.TenantRegistered it -> roots.put(it.rootKey(), line);
            case Entry.TenantKeyAdded it -> roots.put(it.rootKey(), line);
            case Entry.Boot _,
                    Entry.CoreKeyEndorsed _,
                    Entry.Stopped _,
                    Entry.Shredded _,
                    Entry.BodyRead _,
                    Entry.Denied _,
                    Entry.Allowed _,
                    Entry.GuestEvent _,
                    Entry.CommitIntended _,
                    Entry.Ended _,
                    Entry.Revoked _,
                    Entry.Wrote _,
                    Entry.Recovered _ -> {}
        }
    }

    private LogLine subject() {
        String plain = id.startsWith("#") ? id.substring(1) : id;
        if (plain.matches("[0-9]{1,9}")) {
            int index = Integer.parseInt(plain);
            if (index < lines.size()) {
                return lines.get(index);
            }
            throw Failure.usage("the log ends at #" + (lines.size() - 1), "'ambit log' shows it");
        }
        return lines.stream()
                .filter(line -> names(line, plain))
                .findFirst()
                .orElseThrow(() -> Failure.usage(
                        "the log knows no permit or transaction '" + plain + "'", "'ambit log' shows what there is"));
    }

    private static boolean names(LogLine line, String wanted) {
        return switch (line.entry()) {
            case Entry.Allowed it -> it.permit().toHex().startsWith(wanted);
            case Entry.Admitted it -> it.transaction().startsWith(wanted);
            case Entry.Spawned it -> it.transaction().startsWith(wanted);
            case Entry.Denied it ->
                it.context().isEmpty() && !wanted.isEmpty() && it.transaction().startsWith(wanted);
            case Entry.Boot _,
                    Entry.TenantRegistered _,
                    Entry.TenantKeyAdded _,
                    Entry.CoreKeyEndorsed _,
                    Entry.Stopped _,
                    Entry.Shredded _,
                    Entry.BodyRead _,
                    Entry.GrantSeen _,
                    Entry.Outcome _,
                    Entry.GuestEvent _,
                    Entry.CommitIntended _,
                    Entry.Ended _,
                    Entry.Revoked _,
                    Entry.Wrote _,
                    Entry.Recovered _ -> false;
        };
    }

    private Optional<Blob> context(Entry entry) {
        Blob context = switch (entry) {
            case Entry.Admitted it -> it.context();
            case Entry.Spawned it -> it.context();
            case Entry.Denied it -> it.context();
            case Entry.Allowed it -> it.context();
            case Entry.GuestEvent it -> it.context();
            case Entry.CommitIntended it -> it.context();
            case Entry.Ended it -> it.context();
            case Entry.Outcome it -> ofPermit(it.permit());
            case Entry.Wrote it -> it.context();
            case Entry.Stopped it -> ofTransaction(it.transaction());
            case Entry.Shredded it -> ofTransaction(it.transaction());
            case Entry.BodyRead it -> ofTransaction(it.transaction());
            case Entry.Boot _,
                    Entry.TenantRegistered _,
                    Entry.TenantKeyAdded _,
                    Entry.CoreKeyEndorsed _,
                    Entry.GrantSeen _,
                    Entry.Revoked _,
                    Entry.Recovered _ -> Blob.EMPTY;
        };
        return Optional.of(context).filter(begins::containsKey);
    }

    private Blob ofTransaction(String transaction) {
        return begins.entrySet().stream()
                .filter(begin -> begin.getValue().transaction().orElse("").equals(transaction))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(Blob.EMPTY);
    }

    private Blob ofPermit(Blob permit) {
        return lines.stream()
                .map(LogLine::entry)
                .filter(entry ->
                        entry instanceof Entry.Allowed it && it.permit().equals(permit))
                .map(entry -> ((Entry.Allowed) entry).context())
                .findFirst()
                .orElse(Blob.EMPTY);
    }

    /** From the root down; each block's signature is checked with the key that the block above names. */
    private void chain(Blob context, KeyRing keys, Terminal terminal) {
        LogLine begin = java.util.Objects.requireNonNull(begins.get(context));
        switch (begin.entry()) {
            case Entry.Spawned it -> {
                chain(it.parent(), keys, terminal);
                names.add(it.delegationHash());
                delegationId(it.delegation()).ifPresent(names::add);
                block(
                        terminal,
                        "delegation",
                        begin.index(),
                        Domain.DELEGATION,
                        contextKey(it.parent()),
                        it.delegation());
            }
            case Entry.Admitted it -> {
                Entry.GrantSeen seen = grants.get(it.grantHash());
                if (seen == null) {
                    unsound(
                            terminal,
                            "the log does not hold the grant " + it.grantHash().toHex());
                    return;
                }
                admitted(it, seen, begin.index(), keys, terminal);
            }
            default -> {}
        }
    }

    private static Optional<Blob> delegationId(Blob delegation) {
        try {
            return Optional.of(ambit.authority.Delegation.parse(
                            ambit.wire.Cose.parse(delegation).payload())
                    .id());
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }

    private void admitted(Entry.Admitted it, Entry.GrantSeen seen, long index, KeyRing keys, Terminal terminal) {
        try {
            Blob signer = ambit.wire.Cose.parse(seen.grant()).kid();
            Grant grant = Grant.parse(ambit.wire.Cose.parse(seen.grant()).payload());
            root(grant.tenant(), signer, terminal);
            names.addAll(List.of(signer, grant.id(), it.grantHash(), grant.holder(), it.requestHash()));
            names.add(Blob.fromHex(it.transaction()));
            generation = grant.generation();
            tenant = grant.tenant();
            block(terminal, "grant", indexOf(seen), Domain.GRANT, signer, seen.grant());
            keys.nameOf(grant.holder()).ifPresent(name -> terminal.result("      (the holder is " + name + ")"));
            block(terminal, "request", index, Domain.REQUEST, grant.holder(), it.request());
        } catch (MalformedException e) {
            unsound(terminal, "a block is not well formed: " + e.getMessage());
        }
    }

    /** The key that a grant was signed with, and by whose word the core knew it. */
    private void root(String tenant, Blob key, Terminal terminal) {
        LogLine line = roots.get(key);
        String what = "  root key of tenant " + Terminal.plain(tenant) + "  " + PublicKeys.toLine(key);
        if (line != null
                && line.entry() instanceof Entry.TenantRegistered it
                && it.tenant().equals(tenant)) {
            terminal.result(what);
        } else if (line != null
                && line.entry() instanceof Entry.TenantKeyAdded it
                && it.tenant().equals(tenant)) {
            terminal.result(what + "  #" + line.index());
            added(it, line.index(), terminal);
        } else {
            sound = false;
            terminal.result(what + "  " + terminal.coloured(Colour.RED, "not registered"));
        }
    }

    private void added(Entry.TenantKeyAdded it, long index, Terminal terminal) {
        if (it.word().isEmpty()) {
            terminal.result("      (by the word of whoever administered the kernel)");
            return;
        }
        try {
            Blob endorser = ambit.wire.Cose.parse(it.word()).kid();
            LogLine before = roots.get(endorser);
            Endorsement word = Endorsement.parse(Signed.verify(Domain.TENANT_KEY, endorser, it.word()));
            if (before == null
                    || before.index() >= index
                    || !word.of().equals(it.tenant())
                    || !word.key().equals(it.rootKey())) {
                unsound(terminal, "the word for this key is not of a key that the tenant had");
                return;
            }
            terminal.result("      (by the word of the key before it)");
            root(it.tenant(), endorser, terminal);
        } catch (BadSignature | MalformedException e) {
            unsound(terminal, "the word for this key does not verify: " + e.getMessage());
        }
    }

    /** What ended this authority before the subject, if something did. */
    private void ends(LogLine subject, Terminal terminal) {
        for (LogLine line : lines.subList(0, (int) subject.index())) {
            switch (line.entry()) {
                case Entry.Revoked it
                when it.tenant().equals(tenant) && revokes(it.target()) -> revoked(it, line.index(), terminal);
                case Entry.Stopped it
                when ended(it.transaction(), subject) -> terminal.result("  " + line.text(terminal));
                default -> {}
            }
        }
    }

    private static boolean ended(String stopped, LogLine subject) {
        String transaction = subject.transaction().orElse("");
        return transaction.equals(stopped) || transaction.startsWith(stopped + ".");
    }

    private boolean revokes(Blob target) {
        return target.size() == Revocation.GENERATION
                ? ByteBuffer.wrap(target.toArray()).getLong() > generation
                : names.contains(target);
    }

    private void revoked(Entry.Revoked it, long index, Terminal terminal) {
        new KeyRing(main.project().places().keys())
                .nameOf(it.target())
                .ifPresent(name -> terminal.result("  the key of " + name + " was revoked"));
        try {
            block(
                    terminal,
                    "revocation",
                    index,
                    Domain.REVOCATION,
                    ambit.wire.Cose.parse(it.revocation()).kid(),
                    it.revocation());
        } catch (MalformedException e) {
            unsound(terminal, "the revocation at #" + index + " is not well formed: " + e.getMessage());
        }
    }

    private long indexOf(Entry.GrantSeen seen) {
        return lines.stream()
                .filter(line -> line.entry().equals(seen))
                .mapToLong(LogLine::index)
                .findFirst()
                .orElse(-1);
    }

    private Blob contextKey(Blob context) {
        LogLine begin = begins.get(context);
        return begin != null && begin.entry() instanceof Entry.Admitted it
                ? it.contextKey()
                : begin != null && begin.entry() instanceof Entry.Spawned it ? it.contextKey() : Blob.EMPTY;
    }

    private void block(Terminal terminal, String what, long index, Domain domain, Blob signer, Blob bytes) {
        try {
            Blob payload = Signed.verify(domain, signer, bytes);
            terminal.result("  " + terminal.coloured(Colour.GREEN, "✓ ") + what + "  #" + index + "  SHA-256 "
                    + bytes.sha256().toHex());
            InspectCommand.describe(domain, payload).forEach(line -> terminal.result("      " + line));
        } catch (BadSignature | MalformedException e) {
            unsound(terminal, "the " + what + " at #" + index + " does not verify: " + e.getMessage());
        }
    }

    private void unsound(Terminal terminal, String what) {
        sound = false;
        terminal.result("  " + terminal.coloured(Colour.RED, "✗ ") + what);
    }

    private void consequences(LogLine subject, Terminal terminal) {
        switch (subject.entry()) {
            case Entry.Allowed it -> allowed(it, terminal);
            case Entry.Outcome it ->
                lines.stream()
                        .filter(line -> line.entry() instanceof Entry.Allowed allowed
                                && allowed.permit().equals(it.permit()))
                        .findFirst()
                        .ifPresent(line -> {
                            terminal.result("  it is the outcome of " + line.text(terminal));
                            allowed((Entry.Allowed) line.entry(), terminal);
                        });
            case Entry.Admitted it -> memory(it.context(), terminal);
            case Entry.Spawned it -> {
                counts(it.debits(), terminal);
                memory(it.context(), terminal);
            }
            case Entry.Ended it -> memory(it.context(), terminal);
            default -> {}
        }
    }

    private void allowed(Entry.Allowed it, Terminal terminal) {
        terminal.result("  call " + it.sequence() + " of its context, permit "
                + it.permit().toHex() + " to the driver " + Terminal.plain(it.driver()));
        terminal.result("      parameters with SHA-256 " + it.paramsDigest().toHex());
        counts(it.debits(), terminal);
        it.origins()
                .forEach(origin -> terminal.result("      acts on what the result recorded in #" + origin + " said"));
        Entry.Outcome outcome = outcomes.get(it.permit());
        terminal.result(
                outcome == null
                        ? "      no outcome is recorded"
                        : "      outcome " + (outcome.status() == 0 ? "ok" : Sentences.denial(outcome.status())) + ", "
                                + outcome.bytes() + " bytes with SHA-256 "
                                + outcome.resultDigest().toHex() + " after "
                                + outcome.millis() + " ms");
        if (outcome != null) {
            settled(outcome.settled(), terminal);
        }
    }

    private static void settled(List<Entry.Debit> debits, Terminal terminal) {
        debits.forEach(debit -> terminal.result("      settled " + account(debit) + ": " + debit.taken() + " spent"));
    }

    private static String account(Entry.Debit debit) {
        String what = debit.account() < Entry.BUDGETS
                ? "uses of capability " + debit.account()
                : "budget " + (debit.account() - Entry.BUDGETS);
        return what + " in block " + LogLine.brief(debit.block());
    }

    private static void counts(List<Entry.Debit> debits, Terminal terminal) {
        for (Entry.Debit debit : debits) {
            String limit = debit.limit() < 0 ? "without limit" : "of " + debit.limit();
            terminal.result("      " + account(debit) + ": " + debit.taken() + " with this call, " + limit);
        }
    }

    private void memory(Blob context, Terminal terminal) {
        for (LogLine line : lines) {
            switch (line.entry()) {
                case Entry.Wrote it when it.context().equals(context) -> verdicts(it.verdicts(), terminal);
                case Entry.Ended it
                when it.context().equals(context) -> {
                    terminal.result("  ended: " + Sentences.end(it.how()) + "  #" + line.index());
                    verdicts(it.verdicts(), terminal);
                }
                default -> {}
            }
        }
    }

    private static void verdicts(List<Entry.Written> verdicts, Terminal terminal) {
        verdicts.forEach(verdict -> terminal.result("      memory " + Terminal.plain(verdict.key()) + ": "
                + (verdict.committed()
                        ? "committed as version " + verdict.version()
                        : "dropped, " + Sentences.denial(verdict.code()))));
    }
}
