package ambit.cli;

import ambit.authority.Delegation;
import ambit.authority.Endorsement;
import ambit.authority.Grant;
import ambit.authority.Request;
import ambit.authority.Revocation;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.cli.outcome.Failure;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Takes the entries of a verified log in their order, and then says of one of them why it happened. Every signature is checked again. */
final class WhyReader {
    private final KeyRing keys;
    private final List<LogLine> lines = new ArrayList<>();
    private final Map<Blob, LogLine> grants = new HashMap<>();
    private final Map<Blob, LogLine> begins = new HashMap<>();
    private final Map<Blob, LogLine> permits = new HashMap<>();
    private final Map<Blob, LogLine> outcomes = new HashMap<>();
    private final Map<Blob, LogLine> roots = new HashMap<>();
    private final List<LogLine> words = new ArrayList<>();

    // Of the subject's chain.
    private final List<Why.Block> chain = new ArrayList<>();
    private final List<Layer> layers = new ArrayList<>();
    /** What a revocation can name to mean the subject's chain. */
    private final Set<Blob> names = new HashSet<>();

    private Optional<Grant> grant = Optional.empty();

    WhyReader(KeyRing keys) {
        this.keys = keys;
    }

    void take(long index, Entry entry) {
        LogLine line = new LogLine(index, entry);
        lines.add(line);
        switch (entry) {
            case Entry.GrantSeen it -> grants.putIfAbsent(it.hash(), line);
            case Entry.Admitted it -> begins.put(it.context(), line);
            case Entry.Spawned it -> begins.put(it.context(), line);
            case Entry.Allowed it -> permits.put(it.permit(), line);
            case Entry.Outcome it -> outcomes.put(it.permit(), line);
            case Entry.TenantRegistered it -> roots.put(it.rootKey(), line);
            case Entry.TenantKeyAdded it -> roots.put(it.rootKey(), line);
            case Entry.Approved _, Entry.ApprovalRefused _ -> words.add(line);
            default -> {}
        }
    }

    /** Why the entry happened that an index, a permit or a transaction names. */
    Why why(String id) {
        LogLine subject = subject(id.startsWith("#") ? id.substring(1) : id);
        Optional<Why.Call> call = call(subject);
        context(subject, call).ifPresent(this::chain);
        List<Why.Block> ends = new ArrayList<>();
        switch (subject.entry()) {
            case Entry.Revoked it -> ends.add(revocation(it, subject.index()));
            case Entry.TenantKeyAdded it -> root(it.tenant(), it.rootKey());
            case Entry.CoreKeyEndorsed it -> chain.add(coreKey(it, subject.index()));
            default -> ends.addAll(ends(subject));
        }
        Optional<Why.Outcome> outcome = call.map(it -> outcomes.get(it.allowed().permit()))
                .map(line -> new Why.Outcome(line.index(), (Entry.Outcome) line.entry()));
        return new Why(
                subject,
                List.copyOf(chain),
                ends,
                refused(subject, ends),
                call,
                outcome,
                words(subject, call),
                debits(subject, call),
                end(subject),
                verdicts(subject),
                accounts());
    }

    private Map<Integer, String> accounts() {
        Map<Integer, String> accounts = new HashMap<>();
        grant.ifPresent(it -> {
            for (int i = 0; i < it.caps().size(); i++) {
                accounts.put(i, ambit.authority.Words.plain(it.caps().get(i).name()));
            }
            for (int i = 0; i < it.budgets().size(); i++) {
                accounts.put(
                        Entry.BUDGETS + i,
                        ambit.authority.Words.plain(it.budgets().get(i).name()));
            }
        });
        return accounts;
    }

    private LogLine subject(String id) {
        if (id.matches("[0-9]{1,9}")) {
            return at(Long.parseLong(id));
        }
        return lines.stream()
                .filter(line -> !id.isEmpty() && names(line, id))
                .findFirst()
                .orElseThrow(() -> Failure.usage(
                        "the log knows no permit or transaction '" + id + "'", "'ambit log' shows what there is"));
    }

    private LogLine at(long index) {
        long place = index - archived();
        if (place < 0) {
            throw Failure.usage("#" + index + " was archived", LogCommand.archivedBefore(archived()));
        }
        if (place >= lines.size()) {
            throw Failure.usage("the log ends at #" + (archived() + lines.size() - 1), "'ambit log' shows it");
        }
        return lines.get((int) place);
    }

    /** Entries at the beginning of the log that are not there to read. */
    private long archived() {
        return lines.isEmpty() ? 0 : lines.getFirst().index();
    }

    private List<LogLine> before(LogLine subject) {
        return lines.subList(0, (int) (subject.index() - archived()));
    }

    private static boolean names(LogLine line, String wanted) {
        return switch (line.entry()) {
            case Entry.Allowed it -> it.permit().toHex().startsWith(wanted);
            case Entry.Admitted it -> it.transaction().startsWith(wanted);
            case Entry.Spawned it -> it.transaction().startsWith(wanted);
            case Entry.Denied it -> it.context().isEmpty() && it.transaction().startsWith(wanted);
            default -> false;
        };
    }

    private Optional<Why.Call> call(LogLine subject) {
        LogLine line = switch (subject.entry()) {
            case Entry.Allowed _ -> subject;
            case Entry.Outcome it -> permits.get(it.permit());
            default -> null;
        };
        return Optional.ofNullable(line).map(it -> new Why.Call(it.index(), (Entry.Allowed) it.entry()));
    }

    private Optional<Blob> context(LogLine subject, Optional<Why.Call> call) {
        return call.map(it -> it.allowed().context())
                .or(() -> subject.context())
                .or(() -> subject.transaction().flatMap(this::ofTransaction))
                .filter(begins::containsKey);
    }

    private Optional<Blob> ofTransaction(String transaction) {
        return begins.entrySet().stream()
                .filter(begin -> begin.getValue().transaction().orElse("").equals(transaction))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** From the root down; each block's signature is checked with the key that the block above names. */
    private void chain(Blob context) {
        LogLine begin = java.util.Objects.requireNonNull(begins.get(context));
        switch (begin.entry()) {
            case Entry.Spawned it -> {
                chain(it.parent());
                names.add(it.delegationHash());
                add(Why.Kind.DELEGATION, begin.index(), Domain.DELEGATION, contextKey(it.parent()), it.delegation());
            }
            case Entry.Admitted it -> {
                LogLine seen = grants.get(it.grantHash());
                if (seen != null && seen.entry() instanceof Entry.GrantSeen first) {
                    admitted(it, first.grant(), seen.index(), begin.index());
                } else {
                    chain.add(broken(Why.Kind.GRANT, -1, it.grantHash(), missing()));
                }
            }
            default -> {}
        }
    }

    private String missing() {
        return archived() == 0 ? "the log does not hold it" : LogCommand.archivedBefore(archived());
    }

    private void admitted(Entry.Admitted it, Blob bytes, long grantIndex, long index) {
        try {
            Blob signer = Cose.parse(bytes).kid();
            Grant found = Grant.parse(Cose.parse(bytes).payload());
            grant = Optional.of(found);
            root(found.tenant(), signer);
            names.addAll(List.of(signer, found.id(), it.grantHash(), found.holder(), it.requestHash()));
            names.add(Blob.fromHex(it.transaction()));
            add(Why.Kind.GRANT, grantIndex, Domain.GRANT, signer, bytes);
            add(Why.Kind.REQUEST, index, Domain.REQUEST, found.holder(), it.request());
        } catch (MalformedException | IllegalArgumentException e) {
            chain.add(broken(Why.Kind.GRANT, grantIndex, it.grantHash(), "it is not well formed: " + e.getMessage()));
        }
    }

    private void add(Why.Kind kind, long index, Domain domain, Blob signer, Blob bytes) {
        Why.Block block = block(kind, index, domain, signer, bytes);
        chain.add(block);
        if (block.sound()) {
            try {
                Blob payload = Cose.parse(bytes).payload();
                Layer layer = switch (domain) {
                    case REQUEST -> Layer.of(Request.parse(payload));
                    case DELEGATION -> Layer.of(Delegation.parse(payload));
                    default -> Layer.of(Grant.parse(payload));
                };
                layers.add(layer.at(chain.size() - 1));
                names.addAll(layer.ids());
            } catch (MalformedException e) {
                throw new IllegalStateException("it was parsed before", e);
            }
        }
    }

    private Why.Block block(Why.Kind kind, long index, Domain domain, Blob signer, Blob bytes) {
        try {
            Blob payload = Signed.verify(domain, signer, bytes);
            return new Why.Block(
                    kind,
                    index,
                    bytes.sha256(),
                    signer,
                    keys.nameOf(signer).orElse(""),
                    "",
                    InspectCommand.describe(
                            domain, payload, grant.map(Grant::budgets).orElse(List.of())),
                    remarks(domain, payload));
        } catch (BadSignature | MalformedException e) {
            return broken(kind, index, bytes.sha256(), "it does not verify: " + e.getMessage());
        }
    }

    private List<String> remarks(Domain domain, Blob payload) throws MalformedException {
        return switch (domain) {
            case GRANT ->
                keys.nameOf(Grant.parse(payload).holder()).stream()
                        .map(name -> "the holder is " + name)
                        .toList();
            case REVOCATION ->
                keys.nameOf(Revocation.parse(payload).target()).stream()
                        .map(name -> "the key of " + name + " was revoked")
                        .toList();
            default -> List.of();
        };
    }

    private static Why.Block broken(Why.Kind kind, long index, Blob hash, String problem) {
        return new Why.Block(kind, index, hash, Blob.EMPTY, "", problem, List.of(), List.of());
    }

    /** The key that a grant was signed with, below the one by whose word the core knew it. */
    private void root(String tenant, Blob key) {
        LogLine line = roots.get(key);
        if (line != null
                && line.entry() instanceof Entry.TenantRegistered it
                && it.tenant().equals(tenant)) {
            chain.add(rootKey(tenant, key, line.index(), Blob.EMPTY, "", List.of()));
        } else if (line != null
                && line.entry() instanceof Entry.TenantKeyAdded it
                && it.tenant().equals(tenant)) {
            added(it, line.index());
        } else {
            chain.add(rootKey(tenant, key, -1, Blob.EMPTY, "it is not registered", List.of()));
        }
    }

    private Why.Block rootKey(String tenant, Blob key, long index, Blob signer, String problem, List<String> remarks) {
        return new Why.Block(
                Why.Kind.ROOT_KEY,
                index,
                key,
                signer,
                keys.nameOf(key).orElse(""),
                problem,
                List.of("root key of tenant " + ambit.authority.Words.plain(tenant) + "  " + PublicKeys.toLine(key)),
                remarks);
    }

    private void added(Entry.TenantKeyAdded it, long index) {
        if (it.word().isEmpty()) {
            List<String> remark = List.of("by the word of whoever administered the kernel");
            chain.add(rootKey(it.tenant(), it.rootKey(), index, Blob.EMPTY, "", remark));
            return;
        }
        String problem = "";
        Blob endorser = Blob.EMPTY;
        try {
            endorser = Cose.parse(it.word()).kid();
            LogLine before = roots.get(endorser);
            Endorsement word = Endorsement.parse(Signed.verify(Domain.TENANT_KEY, endorser, it.word()));
            if (before == null
                    || before.index() >= index
                    || !word.of().equals(it.tenant())
                    || !word.key().equals(it.rootKey())) {
                problem = "the word for this key is not of a key that the tenant had";
            } else {
                root(it.tenant(), endorser);
            }
        } catch (BadSignature | MalformedException e) {
            problem = "the word for this key does not verify: " + e.getMessage();
        }
        List<String> remark = problem.isEmpty() ? List.of("by the word of the key before it") : List.of();
        chain.add(rootKey(it.tenant(), it.rootKey(), index, endorser, problem, remark));
    }

    private static Why.Block coreKey(Entry.CoreKeyEndorsed it, long index) {
        String says = "the log is intact, so the word for " + PublicKeys.toLine(it.key()) + " is the core's own";
        return new Why.Block(Why.Kind.KEY, index, it.word().sha256(), Blob.EMPTY, "", "", List.of(says), List.of());
    }

    private Blob contextKey(Blob context) {
        LogLine begin = begins.get(context);
        return begin != null && begin.entry() instanceof Entry.Admitted it
                ? it.contextKey()
                : begin != null && begin.entry() instanceof Entry.Spawned it ? it.contextKey() : Blob.EMPTY;
    }

    /** Of each approver the newest word that was good when the call was made. */
    private List<Why.Block> words(LogLine subject, Optional<Why.Call> call) {
        Map<Blob, LogLine> newest = new LinkedHashMap<>();
        call.ifPresent(it -> words.stream()
                .filter(line -> line.index() < it.index())
                .forEach(line -> {
                    switch (line.entry()) {
                        case Entry.Approved word
                        when word.approval().equals(it.allowed().approval())
                                && !word.heard().isOver(it.allowed().atMs()) -> newest.put(word.approver(), line);
                        default -> {}
                    }
                }));
        return Stream.concat(newest.values().stream(), Stream.of(subject))
                .flatMap(line -> switch (line.entry()) {
                    case Entry.Approved it -> Stream.of(word(line.index(), it.approver(), it.artifact()));
                    case Entry.ApprovalRefused it -> Stream.of(word(line.index(), it.approver(), it.artifact()));
                    default -> Stream.of();
                })
                .toList();
    }

    private Why.Block word(long index, Blob approver, Blob artifact) {
        return block(Why.Kind.APPROVAL, index, Domain.APPROVAL, approver, artifact);
    }

    /** What ended this authority before the subject, if something did. */
    private List<Why.Block> ends(LogLine subject) {
        List<Why.Block> ends = new ArrayList<>();
        for (LogLine line : before(subject)) {
            switch (line.entry()) {
                case Entry.Revoked it
                when grant.isPresent() && it.tenant().equals(grant.get().tenant()) && revokes(it.target()) ->
                    ends.add(revocation(it, line.index()));
                case Entry.Stopped it when ended(it.transaction(), subject) -> ends.add(stop(line));
                default -> {}
            }
        }
        return ends;
    }

    private static Why.Block stop(LogLine line) {
        return new Why.Block(
                Why.Kind.STOP, line.index(), Blob.EMPTY, Blob.EMPTY, "", "", List.of(line.sentence()), List.of());
    }

    private static boolean ended(String stopped, LogLine subject) {
        String transaction = subject.transaction().orElse("");
        return transaction.equals(stopped) || transaction.startsWith(stopped + ".");
    }

    private boolean revokes(Blob target) {
        return target.size() == Revocation.GENERATION
                ? ByteBuffer.wrap(target.toArray()).getLong()
                        > grant.map(Grant::generation).orElse(Long.MAX_VALUE)
                : names.contains(target);
    }

    private Why.Block revocation(Entry.Revoked it, long index) {
        try {
            return block(
                    Why.Kind.REVOCATION,
                    index,
                    Domain.REVOCATION,
                    Cose.parse(it.revocation()).kid(),
                    it.revocation());
        } catch (MalformedException e) {
            return broken(
                    Why.Kind.REVOCATION, index, it.revocation().sha256(), "it is not well formed: " + e.getMessage());
        }
    }

    private Optional<Why.Refused> refused(LogLine subject, List<Why.Block> ends) {
        if (!(subject.entry() instanceof Entry.Denied denied)) {
            return Optional.empty();
        }
        List<Entry.Debit> before =
                before(subject).stream().flatMap(line -> line.debits().stream()).toList();
        return Optional.of(Refusal.of(denied, grant, layers, chain, before, ends));
    }

    private static List<Entry.Debit> debits(LogLine subject, Optional<Why.Call> call) {
        return call.map(it -> it.allowed().debits()).orElseGet(subject::debits);
    }

    private Optional<Why.End> end(LogLine subject) {
        return ofContext(subject)
                .filter(line -> line.entry() instanceof Entry.Ended)
                .map(line -> new Why.End(line.index(), (Entry.Ended) line.entry()))
                .findFirst();
    }

    private List<Entry.Written> verdicts(LogLine subject) {
        return ofContext(subject)
                .flatMap(line -> switch (line.entry()) {
                    case Entry.Wrote it -> it.verdicts().stream();
                    case Entry.Ended it -> it.verdicts().stream();
                    default -> Stream.of();
                })
                .toList();
    }

    /** The entries of the transaction that the subject begins or ends. */
    private Stream<LogLine> ofContext(LogLine subject) {
        Optional<Blob> context = switch (subject.entry()) {
            case Entry.Admitted it -> Optional.of(it.context());
            case Entry.Spawned it -> Optional.of(it.context());
            case Entry.Ended it -> Optional.of(it.context());
            default -> Optional.empty();
        };
        return lines.stream()
                .filter(line -> context.isPresent() && line.context().equals(context));
    }
}
