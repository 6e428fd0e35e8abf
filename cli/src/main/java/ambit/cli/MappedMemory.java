package ambit.cli;

import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Request;
import ambit.cli.outcome.Failure;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of memory was mapped into a transaction, as far as the log alone shows it: the grant's memories and what the request inherits. A
 * child's share is in the agent's specification, of which the log holds the digest; what it cannot exceed is its parent's.
 *
 * @param parent the transaction that a child belongs to, whose map is then shown
 * @param mounts in the order in which the core maps them
 */
record MappedMemory(
        String transaction, String tenant, Blob principal, String agent, Optional<String> parent, List<Mount> mounts) {

    /**
     * One line of the map.
     *
     * @param at what keys begin with, empty for the own partition; the whole key of what is inherited
     * @param from the earlier transaction and its key, for what is inherited
     * @param quota in bytes
     * @param terms JSON, or empty
     */
    record Mount(String at, int rights, long quota, Blob terms, Optional<Request.Inherit> from) {}

    private static final int READ = 1;

    /** Follows a verified log. */
    static final class Reader {
        private final Map<Blob, Blob> grants = new HashMap<>();
        private final Map<String, Entry.Admitted> admitted = new LinkedHashMap<>();
        private final Map<String, Entry.Spawned> spawned = new LinkedHashMap<>();

        void take(Entry entry) {
            switch (entry) {
                case Entry.GrantSeen it -> grants.putIfAbsent(it.hash(), it.grant());
                case Entry.Admitted it -> admitted.put(it.transaction(), it);
                case Entry.Spawned it -> spawned.put(it.transaction(), it);
                default -> {}
            }
        }

        /** The map of the one transaction that is named like this, or begins like it. */
        MappedMemory map(String wanted) {
            String transaction = find(wanted);
            String root = transaction.contains(".") ? transaction.substring(0, transaction.indexOf('.')) : transaction;
            Entry.Admitted begin = admitted.get(root);
            Blob bytes = begin == null ? null : grants.get(begin.grantHash());
            if (begin == null || bytes == null) {
                throw Failure.usage(
                        "the log no longer shows how " + transaction + " began", "--archive DIR adds old parts");
            }
            try {
                Grant grant = Grant.parse(Cose.parse(bytes).payload());
                Request request = Request.parse(Cose.parse(begin.request()).payload());
                boolean child = !root.equals(transaction);
                Entry.Spawned spawn = spawned.get(transaction);
                return new MappedMemory(
                        transaction,
                        grant.tenant(),
                        grant.holder(),
                        spawn == null ? begin.agent() : spawn.agent(),
                        child ? Optional.of(transaction.substring(0, transaction.lastIndexOf('.'))) : Optional.empty(),
                        mounts(grant, child ? List.of() : request.inherits()));
            } catch (MalformedException e) {
                throw Failure.unverified("the log holds a grant or request that is not well formed", "ambit log verify")
                        .because(e);
            }
        }

        private String find(String wanted) {
            List<String> all = new ArrayList<>(admitted.keySet());
            all.addAll(spawned.keySet());
            if (all.contains(wanted)) {
                return wanted;
            }
            List<String> found = all.stream()
                    .filter(it -> !wanted.isEmpty() && it.startsWith(wanted) && !it.contains("."))
                    .toList();
            if (found.size() != 1) {
                throw Failure.usage(
                        (found.isEmpty() ? "the log knows no transaction '" : "several transactions begin with '")
                                + wanted + "'",
                        "'ambit log --kind admit' lists them");
            }
            return found.getFirst();
        }

        private static List<Mount> mounts(Grant grant, List<Request.Inherit> inherits) {
            List<Mount> mounts = new ArrayList<>();
            mounts.add(new Mount("", 0, 0, Blob.EMPTY, Optional.empty()));
            for (Memory memory : grant.memory()) {
                boolean own = memory.namespace().equals("own");
                Mount mount = new Mount(
                        own ? "" : memory.namespace() + "/",
                        memory.rights(),
                        memory.quota(),
                        memory.terms(),
                        Optional.empty());
                if (own) {
                    mounts.set(0, mount);
                } else {
                    mounts.add(mount);
                }
            }
            inherits.forEach(
                    it -> mounts.add(new Mount("inherited/" + it.name(), READ, 0, Blob.EMPTY, Optional.of(it))));
            return List.copyOf(mounts);
        }
    }
}
