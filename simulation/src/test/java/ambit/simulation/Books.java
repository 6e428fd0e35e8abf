package ambit.simulation;

import ambit.authority.Grant;
import ambit.authority.Permit;
import ambit.authority.Rate;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Cose;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.MalformedException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the peers of the core were told, over all its lives, and whether a log that is recovered agrees with it. */
final class Books {
    /** A block of a chain, and what was acknowledged of each of its accounts. */
    static final class Block {
        /** Empty for a delegation, which only the log names. */
        final Blob hash;

        /** Of the child that a delegation began. */
        final Blob context;

        final long[] told = new long[Peers.ACCOUNTS];

        Block(Blob hash, Blob context) {
            this.hash = hash;
            this.context = context;
        }
    }

    record Given(Grant grant, Blob signed, Block block) {}

    /** A context that was acknowledged. */
    static final class Run {
        final Given given;
        final Admitted admitted;
        final List<Block> chain;

        /** Whose revocation ends it. */
        final Set<Blob> names;

        /** The process of the core that it lives in. */
        final long life;

        /** The process of the broker that it was begun for. */
        final long broker;

        boolean expired;
        boolean over;

        Run(Given given, Admitted admitted, List<Block> chain, Set<Blob> names, long life, long broker) {
            this.given = given;
            this.admitted = admitted;
            this.chain = chain;
            this.names = names;
            this.life = life;
            this.broker = broker;
        }
    }

    /** A permit that left the core. */
    static final class Issued {
        final Run run;
        final int cap;
        final Permit permit;
        boolean executed;
        boolean recorded;

        Issued(Run run, int cap, Permit permit) {
            this.run = run;
            this.cap = cap;
            this.permit = permit;
        }
    }

    /** A signed head of the log that was handed out. */
    record Head(long size, Blob root, Blob note) {}

    final List<Given> given = new ArrayList<>();
    final List<Run> runs = new ArrayList<>();
    final List<Issued> issued = new ArrayList<>();
    final List<BrokerToCore.Admit> admissions = new ArrayList<>();
    final List<Head> heads = new ArrayList<>();
    final Set<Blob> revoked = new HashSet<>();
    final Set<Blob> revoking = new HashSet<>();

    /** Entries that were said to be there, by their place, and the bytes that make them the right ones. */
    private final Map<Long, Blob> places = new HashMap<>();

    private final Set<Blob> permits = new HashSet<>();
    private final Map<Blob, Denial> denied = new HashMap<>();
    private final Set<Blob> asked = new HashSet<>();

    void ask(Blob digest) {
        asked.add(digest);
    }

    void deny(Blob digest, Denial code) {
        denied.put(digest, code);
    }

    /** An entry whose place was told, and something that it must say. */
    void place(long index, Blob says) {
        Blob before = places.put(index, says);
        Violation.unless(before == null || before.equals(says), "entry %d is two things", index);
    }

    void issue(Issued one) {
        Violation.unless(permits.add(one.permit.id()), "two permits have one id");
        issued.add(one);
    }

    /** A use of the capability, and tokens, on every block. */
    static void tell(List<Block> chain, int account, long amount) {
        chain.forEach(block -> block.told[account] += amount);
    }

    /** The fold of a recovered log, made here from nothing but its entries. */
    static final class Fold {
        final Map<String, Long> taken = new HashMap<>();
        final Map<Blob, Blob> delegations = new HashMap<>();
        /** Transactions that are over, and whether with success. */
        final Map<String, Boolean> ends = new HashMap<>();

        final Set<Blob> revoked = new HashSet<>();
        private final Map<String, Long> uses = new HashMap<>();
        private final Map<String, Long> windows = new HashMap<>();
        private final Map<Blob, Grant> grants = new HashMap<>();
        private final Map<String, Long> opened = new HashMap<>();
        private final Map<Blob, Integer> calls = new HashMap<>();
        private final Set<String> transactions = new HashSet<>();
        private final Set<Blob> outcomes = new HashSet<>();

        /** Of the newest entry: the core's clock never falls behind it again. */
        long lastMs;

        static String node(Blob block, int account) {
            return block.toHex() + "/" + account;
        }

        long taken(Blob block, int account) {
            return taken.getOrDefault(node(block, account), 0L);
        }

        void add(Entry entry) {
            lastMs = entry.atMs();
            switch (entry) {
                case Entry.GrantSeen e -> grants.put(e.hash(), grant(e.grant()));
                case Entry.Admitted e -> begin(e.transaction());
                case Entry.Spawned e -> {
                    begin(e.transaction());
                    delegations.put(e.context(), e.delegationHash());
                    e.debits().forEach(this::use);
                }
                case Entry.Allowed e -> {
                    calls.merge(e.paramsDigest(), 1, Integer::sum);
                    e.debits().forEach(this::use);
                }
                case Entry.Outcome e -> {
                    Violation.unless(outcomes.add(e.permit()), "the log has two outcomes of one permit");
                    e.settled().forEach(this::note);
                }
                case Entry.Ended e -> end(e);
                case Entry.Revoked e -> revoked.add(e.target());
                default -> {}
            }
        }

        private void begin(String transaction) {
            Violation.unless(transactions.add(transaction), "transaction %s begins twice", transaction);
        }

        private void end(Entry.Ended e) {
            Violation.unless(
                    ends.put(e.transaction(), e.how() == End.SUCCESS.number()) == null,
                    "transaction %s ends twice",
                    e.transaction());
        }

        /** Uses are counted here; what is spent of a budget depends on its reservations. */
        private void use(Entry.Debit debit) {
            note(debit);
            String node = node(debit.block(), debit.account());
            if (debit.account() < Peers.TOKENS) {
                long count = uses.merge(node, 1L, Long::sum);
                Violation.unless(count == debit.taken(), "%s has %d uses and says %d", node, count, debit.taken());
            }
            Grant grant = grants.get(debit.block());
            if (grant != null && debit.account() < Peers.TOKENS) {
                pace(node, debit, grant.caps().get(debit.account()).rate());
            }
        }

        private void pace(String node, Entry.Debit debit, Rate rate) {
            if (!rate.isNone()) {
                long count = windows.merge(node + " from " + debit.openedMs(), 1L, Long::sum);
                Violation.unless(count == debit.inWindow() && count <= rate.uses(), "%s: %d in a window", node, count);
                Long before = opened.put(node, debit.openedMs());
                Violation.unless(
                        before == null
                                || before == debit.openedMs()
                                || debit.openedMs() >= before + 1000 * rate.seconds(),
                        "%s: a window begins before the last one is over",
                        node);
            }
        }

        private static Grant grant(Blob signed) {
            try {
                return Grant.parse(Cose.parse(signed).payload());
            } catch (MalformedException e) {
                throw new Violation("the log has a grant that is none", e);
            }
        }

        private void note(Entry.Debit debit) {
            String node = node(debit.block(), debit.account());
            taken.put(node, debit.taken());
            Violation.unless(
                    debit.taken() >= 0 && (debit.limit() < 0 || debit.taken() <= debit.limit()),
                    "%s has taken %d of %d",
                    node,
                    debit.taken(),
                    debit.limit());
        }
    }

    /** All that a core must know of its log when it starts, made here from entries or from those of a snapshot and what followed. */
    static final class Sum {
        private final Set<String> known = new HashSet<>();
        private final Map<String, String> accounts = new HashMap<>();
        private final Map<String, String> owners = new HashMap<>();
        private final Map<Blob, String> open = new LinkedHashMap<>();
        private final Map<Blob, Blob> blocks = new HashMap<>();
        private long epoch;
        private long lastMs;

        Sum(List<byte[]> entries) {
            entries.forEach(bytes -> add(Entry.decode(bytes)));
        }

        private void add(Entry entry) {
            lastMs = entry.atMs();
            switch (entry) {
                case Entry.TenantRegistered e -> known.add("key " + e.rootKey() + " of " + e.tenant());
                case Entry.GrantSeen e -> known.add("grant " + e.hash());
                case Entry.Revoked e -> {
                    known.add("revoked " + e.target() + " of " + e.tenant());
                    epoch = e.epoch();
                }
                case Entry.Admitted e ->
                    begin(e.context(), e.transaction(), e.tenant() + " " + e.principal(), e.requestHash());
                case Entry.Spawned e -> {
                    e.debits().forEach(this::debit);
                    String owner = owners.getOrDefault(open.get(e.parent()), "?");
                    begin(e.context(), e.transaction(), owner, e.delegationHash());
                }
                case Entry.Allowed e -> e.debits().forEach(this::debit);
                case Entry.Outcome e -> e.settled().forEach(this::debit);
                case Entry.CommitIntended e -> known.add("committing " + e.transaction());
                case Entry.Ended e -> {
                    open.remove(e.context());
                    known.remove("committing " + e.transaction());
                    // What was counted for it alone is of no use any more.
                    String block = blocks.getOrDefault(e.context(), Blob.EMPTY).toHex() + "/";
                    accounts.keySet().removeIf(account -> account.startsWith(block));
                }
                default -> {}
            }
        }

        private void begin(Blob context, String transaction, String owner, Blob block) {
            owners.put(transaction, owner);
            open.put(context, transaction);
            blocks.put(context, block);
        }

        private void debit(Entry.Debit debit) {
            accounts.put(
                    Fold.node(debit.block(), debit.account()),
                    debit.taken() + ", " + debit.inWindow() + " since " + debit.openedMs());
        }

        @Override
        public String toString() {
            return "epoch %d, last at %d%nopen, in this order: %s%naccounts %s%nowners %s%n%s"
                    .formatted(
                            epoch, lastMs, open, new TreeMap<>(accounts), new TreeMap<>(owners), new TreeSet<>(known));
        }
    }

    /** A snapshot and what followed it add up to what all entries do. */
    static void checkSum(List<byte[]> sum, List<byte[]> rest, List<byte[]> all) {
        List<byte[]> shorter = new ArrayList<>(sum);
        shorter.addAll(rest);
        String found = new Sum(shorter).toString();
        String right = new Sum(all).toString();
        Violation.unless(found.equals(right), "a snapshot adds up to%n%s%nand all entries to%n%s", found, right);
    }

    /** Compares. {@code drivers} knows what was committed. */
    Fold check(List<byte[]> entries, ModelDrivers drivers) {
        Fold fold = new Fold();
        List<Blob> leaves = new ArrayList<>();
        for (byte[] bytes : entries) {
            fold.add(Entry.decode(bytes));
            leaves.add(leaf(bytes));
        }
        acknowledgedIsThere(fold, entries);
        deniedIsNot(fold);
        fold.ends.forEach((transaction, success) -> Violation.unless(
                success == drivers.hasCommitted(transaction),
                "transaction %s %s, and the drivers say otherwise",
                transaction,
                success ? "committed" : "did not commit"));
        heads.forEach(head -> Violation.unless(
                head.size() <= leaves.size()
                        && root(leaves.subList(0, (int) head.size())).equals(head.root()),
                "the log does not continue its checkpoint over %d entries",
                head.size()));
        return fold;
    }

    private void acknowledgedIsThere(Fold fold, List<byte[]> entries) {
        places.forEach((index, says) -> Violation.unless(
                index < entries.size()
                        && Blob.of(entries.get(index.intValue())).toHex().contains(says.toHex()),
                "entry %d of %d is not what was acknowledged",
                index,
                entries.size()));
        for (Run run : runs) {
            for (Block block : run.chain) {
                Blob hash = block.hash.isEmpty() ? fold.delegations.get(block.context) : block.hash;
                Violation.unless(hash != null, "a child that was acknowledged is not in the log");
                for (int account = 0; account < Peers.ACCOUNTS; account++) {
                    int number = account == Peers.TOKENS ? Entry.BUDGETS : account;
                    long taken = hash == null ? 0 : fold.taken(hash, number);
                    Violation.unless(
                            block.told[account] <= taken,
                            "account %d: %d acknowledged, %d recovered",
                            account,
                            block.told[account],
                            taken);
                }
            }
        }
        revoked.forEach(target -> Violation.unless(
                fold.revoked.contains(target), "a revocation that was acknowledged is not in the log"));
    }

    /** A call is in the log once at most, and not at all if it was refused, except where that was after its use was spent. */
    private void deniedIsNot(Fold fold) {
        fold.calls.forEach((digest, times) -> {
            Denial code = denied.get(digest);
            Violation.unless(times == 1 && asked.contains(digest), "a call is allowed %d times", times);
            Violation.unless(
                    code == null
                            || code == Denial.REVOKED
                            || code == Denial.EXPIRED
                            || code == Denial.CONTEXT_ENDED
                            || code == Denial.LOG_UNAVAILABLE,
                    "a call that was refused with %s is allowed in the log",
                    code);
        });
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static Blob leaf(byte[] entry) {
        MessageDigest digest = sha256();
        digest.update((byte) 0);
        return Blob.of(digest.digest(entry));
    }

    /** RFC 6962, section 2.1, word by word. */
    private static Blob root(List<Blob> leaves) {
        if (leaves.isEmpty()) {
            return Blob.of(sha256().digest());
        }
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int half = Integer.highestOneBit(leaves.size() - 1);
        MessageDigest digest = sha256();
        digest.update((byte) 1);
        digest.update(root(leaves.subList(0, half)).toArray());
        digest.update(root(leaves.subList(half, leaves.size())).toArray());
        return Blob.of(digest.digest());
    }
}
