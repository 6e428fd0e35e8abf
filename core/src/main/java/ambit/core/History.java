package ambit.core;

import ambit.authority.Forgetting;
import ambit.authority.Revocation;
import ambit.authority.approval.Heard;
import ambit.log.Journal;
import ambit.log.entry.Entry;
import ambit.log.entry.Entry.Debit;
import ambit.wire.Blob;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the log adds up to: every change of it is an entry. The core applies each entry as it appends it, and all of them when it
 * starts. Guarded by the core's lock.
 */
final class History implements Journal.Fold {
    /** An account of the block with this hash, as an {@link Entry.Debit} numbers it. */
    record Node(Blob block, int account) {}

    /** What was taken from it, in all and in its present window. */
    record Taken(long total, long openedMs, long inWindow) {
        static final Taken NOTHING = new Taken(0, 0, 0);
    }

    /** A transaction that began and did not end, and the block that began it. {@code committing}: it may have committed. */
    record Open(String transaction, Owner owner, Blob block, boolean committing) {}

    private record Target(String tenant, Blob target) {}

    private final Map<Blob, String> tenantOfKey = new HashMap<>();
    private final Map<Blob, Map<Integer, Taken>> taken = new HashMap<>();
    private final Set<Target> revoked = new HashSet<>();
    private final Map<String, Long> generations = new HashMap<>();
    private final Set<Blob> grants = new HashSet<>();
    private final Map<String, Owner> owners = new HashMap<>();

    /** One of each owner: transactions are many, and all of them are remembered. */
    private final Map<Owner, Owner> people = new HashMap<>();

    private final Map<Blob, Open> open = new LinkedHashMap<>();

    /** The words by which memory was forgotten: each is followed once, and nobody who began later is meant by it. */
    private final Set<Blob> forgettings = new LinkedHashSet<>();

    /** By the digest of a call, what each approver last said of it. */
    private final Map<Blob, Map<Blob, Heard>> heard = new HashMap<>();

    private long epoch;
    private long lastMs;

    void apply(Entry entry) {
        lastMs = entry.atMs();
        switch (entry) {
            case Entry.TenantRegistered e -> tenantOfKey.put(e.rootKey(), e.tenant());
            case Entry.TenantKeyAdded e -> tenantOfKey.put(e.rootKey(), e.tenant());
            case Entry.GrantSeen e -> grants.add(e.hash());
            case Entry.Admitted e ->
                begin(e.context(), e.transaction(), new Owner(e.tenant(), e.principal()), e.requestHash());
            case Entry.Spawned e -> {
                debit(e.debits());
                begin(e.context(), e.transaction(), opened(e.parent()).owner(), e.delegationHash());
            }
            case Entry.Allowed e -> {
                debit(e.debits());
                heard.getOrDefault(e.approval(), new HashMap<>()).replaceAll((_, it) -> it.used());
            }
            case Entry.Approved e -> hear(e.approval(), e.approver(), e.heard());
            case Entry.ApprovalRefused e -> hear(e.approval(), e.approver(), e.heard());
            case Entry.Outcome e -> debit(e.settled());
            case Entry.CommitIntended e ->
                open.computeIfPresent(e.context(), (_, o) -> new Open(o.transaction(), o.owner(), o.block(), true));
            // A block began one context, which is over: nothing is taken from it any more.
            case Entry.Ended e ->
                Optional.ofNullable(open.remove(e.context())).ifPresent(it -> taken.remove(it.block()));
            case Entry.Revoked e -> {
                if (e.target().size() == Revocation.GENERATION) {
                    long first = ByteBuffer.wrap(e.target().toArray()).getLong();
                    generations.merge(e.tenant(), first, Math::max);
                } else {
                    revoked.add(new Target(e.tenant(), e.target()));
                }
                epoch = e.epoch();
            }
            case Entry.Forgotten e -> {
                if (forgettings.add(e.word())) {
                    Forgetting word = e.forgetting();
                    owners.replaceAll((transaction, owner) ->
                            word.covers(transaction, owner.tenant(), owner.principal()) ? Owner.NOBODY : owner);
                }
            }
            case Entry.Boot _,
                    Entry.Denied _,
                    Entry.GuestEvent _,
                    Entry.BoundaryReport _,
                    Entry.Recovered _,
                    Entry.Wrote _,
                    Entry.CoreKeyEndorsed _,
                    Entry.PostQuantumKey _,
                    Entry.Asked _,
                    Entry.Shredded _,
                    Entry.BodyRead _,
                    Entry.Stopped _ -> {}
        }
    }

    @Override
    public void entry(long index, byte[] bytes) {
        apply(Entry.decode(bytes));
    }

    @Override
    public List<byte[]> sum() {
        List<Entry> sum = new ArrayList<>();
        tenantOfKey.forEach((key, tenant) -> sum.add(new Entry.TenantRegistered(lastMs, tenant, key)));
        grants.forEach(hash -> sum.add(new Entry.GrantSeen(lastMs, hash, Blob.EMPTY)));
        revoked.forEach(it -> sum.add(new Entry.Revoked(lastMs, epoch, it.tenant, it.target, Blob.EMPTY)));
        generations.forEach((tenant, first) -> {
            Blob target = Blob.of(ByteBuffer.allocate(8).putLong(first).array());
            sum.add(new Entry.Revoked(lastMs, epoch, tenant, target, Blob.EMPTY));
        });
        taken.forEach((block, accounts) -> accounts.forEach((account, it) -> {
            Debit debit = new Debit(block, account, it.total, -1, it.openedMs, it.inWindow);
            sum.add(new Entry.Outcome(lastMs, Blob.EMPTY, 0, Blob.EMPTY, 0, 0, List.of(debit)));
        }));
        heard.forEach((approval, words) -> words.forEach(
                (approver, it) -> sum.add(new Entry.Approved(lastMs, approval, approver, it, Blob.EMPTY))));
        forgettings.forEach(word -> sum.add(new Entry.Forgotten(lastMs, word, 0, 0, 0)));
        owners.forEach((transaction, owner) -> sum.add(begun(Blob.EMPTY, transaction, owner, Blob.EMPTY)));
        sum.add(new Entry.Ended(lastMs, Blob.EMPTY, "", 0, 0, Blob.EMPTY, List.of()));
        open.forEach((context, it) -> {
            sum.add(begun(context, it.transaction, it.owner, it.block));
            if (it.committing) {
                sum.add(new Entry.CommitIntended(lastMs, context, it.transaction));
            }
        });
        return sum.stream().map(Entry::encode).toList();
    }

    private Entry begun(Blob context, String transaction, Owner owner, Blob block) {
        Blob none = Blob.EMPTY;
        return new Entry.Admitted(
                lastMs, context, transaction, owner.tenant(), owner.principal(), "", none, block, none, none, 0);
    }

    private void begin(Blob context, String transaction, Owner owner, Blob block) {
        owners.put(transaction, people.computeIfAbsent(owner, it -> it));
        open.put(context, new Open(transaction, owner, block, false));
    }

    private Open opened(Blob context) {
        return Optional.ofNullable(open.get(context))
                .orElseThrow(() -> new IllegalStateException("the log has a child without a parent"));
    }

    private void debit(List<Debit> debits) {
        for (Debit debit : debits) {
            taken.computeIfAbsent(debit.block(), _ -> new HashMap<>())
                    .put(debit.account(), new Taken(debit.taken(), debit.openedMs(), debit.inWindow()));
        }
    }

    private void hear(Blob approval, Blob approver, Heard word) {
        heard.values().removeIf(words -> words.values().stream().allMatch(it -> it.isForgotten(lastMs)));
        heard.computeIfAbsent(approval, _ -> new HashMap<>()).put(approver, word);
    }

    Heard heard(Blob approval, Blob approver) {
        return heard.getOrDefault(approval, Map.of()).getOrDefault(approver, Heard.NOTHING);
    }

    /** Whether this is a key in force of this tenant: registered, and not retired. */
    boolean registered(String tenant, Blob rootKey) {
        return tenantOf(rootKey).equals(tenant) && !revoked.contains(new Target(tenant, rootKey));
    }

    /** Whether this is the only key in force of this tenant. */
    boolean isLastKey(String tenant, Blob rootKey) {
        return registered(tenant, rootKey)
                && tenantOfKey.keySet().stream().noneMatch(key -> !key.equals(rootKey) && registered(tenant, key));
    }

    boolean hasTenant(String tenant) {
        return tenantOfKey.containsValue(tenant);
    }

    /** The tenant whose root key this is or, retired, was; {@code ""} for nobody's. */
    String tenantOf(Blob rootKey) {
        return tenantOfKey.getOrDefault(rootKey, "");
    }

    Taken taken(Node node) {
        return taken.getOrDefault(node.block, Map.of()).getOrDefault(node.account, Taken.NOTHING);
    }

    /** Whether one of a chain's names, or all grants of its generation, are revoked. */
    boolean isRevoked(String tenant, List<Blob> names, long generation) {
        return generation < generation(tenant)
                || names.stream().anyMatch(name -> revoked.contains(new Target(tenant, name)));
    }

    /** What grants that are issued now must be of: all of earlier generations are revoked. */
    long generation(String tenant) {
        return generations.getOrDefault(tenant, 0L);
    }

    /** Whether this word was followed before. */
    boolean forgot(Blob word) {
        return forgettings.contains(word);
    }

    boolean seenGrant(Blob hash) {
        return grants.contains(hash);
    }

    /** Whether there ever was a transaction of this id. */
    boolean seen(String transaction) {
        return owners.containsKey(transaction);
    }

    Owner owner(String transaction) {
        return owners.getOrDefault(transaction, Owner.NOBODY);
    }

    /** In the order in which they began, so that the same log is always recovered the same way. */
    Map<Blob, Open> open() {
        return new LinkedHashMap<>(open);
    }

    /** When the newest entry was written. */
    long lastMs() {
        return lastMs;
    }

    long epoch() {
        return epoch;
    }
}
