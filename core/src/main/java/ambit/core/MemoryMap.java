package ambit.core;

import ambit.authority.Memory;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Mapped;
import ambit.wire.Denial;
import ambit.wire.Json;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a context's keys mean: the longest mount that a key begins with. What no mount covers does not exist. */
record MemoryMap(List<Mapping> entries) {
    static final int READ = 1;
    static final int WRITE = 2 | 8;

    /** First parts of keys that only a mount of that name can give a meaning to. */
    private static final List<String> RESERVED = List.of("user", "tenant", "inherited");

    MemoryMap {
        entries = List.copyOf(entries);
    }

    /** Leaves of {@code entries}, the first of which is the transaction's own, what {@code share} names. */
    static void keep(List<Mapping> entries, List<Memory> share) {
        Mapping own = entries.getFirst();
        entries.replaceAll(entry -> {
            String name = entry.mount().isEmpty()
                    ? "own"
                    : entry.mount().substring(0, entry.mount().length() - 1);
            Optional<Memory> part =
                    share.stream().filter(it -> it.namespace().equals(name)).findFirst();
            int rights = part.map(it -> it.rights() & entry.rights()).orElse(0);
            long quota = Math.min(entry.quotaBytes(), part.map(Memory::quota).orElse(0L));
            return new Mapping(
                    entry.mount(),
                    entry.partition(),
                    rights,
                    entry.exactKey(),
                    quota,
                    Stream.concat(entry.terms().stream(), part.stream().flatMap(it -> terms(it).stream()))
                            .toList());
        });
        entries.removeIf(entry -> entry.rights() == 0 && !entry.mount().equals(own.mount()));
    }

    /** What a block demands besides, where it does. */
    static List<Blob> terms(Memory memory) {
        return memory.terms().isEmpty() ? List.of() : List.of(memory.terms());
    }

    List<Mapped> mapped() {
        return entries.stream().map(e -> new Mapped(e.mount(), e.rights())).toList();
    }

    /** Refuses a memory call whose {@code key} is not mapped with this right. */
    void check(Json.Obj params, int right) throws Refused {
        boolean write = right == WRITE;
        if (!(params.members().get("key") instanceof Json.Str(String key))
                || params.members().size() != (write ? 2 : 1)
                || write != params.members().containsKey("value")) {
            throw new Refused(Denial.MALFORMED, "memory takes a key, and to write a value");
        }
        int rights = rights(key);
        if ((rights & right) == 0) {
            throw write && rights != 0
                    ? new Refused(Denial.READ_ONLY, "the mapping is read-only")
                    : new Refused(Denial.NOT_MAPPED, "the key is not mapped into this context for this");
        }
    }

    private int rights(String key) {
        int longest = -1;
        int rights = 0;
        for (Mapping entry : entries) {
            if (entry.mount().length() > longest && covers(entry, key)) {
                longest = entry.mount().length();
                rights = entry.rights();
            }
        }
        return rights;
    }

    private static boolean covers(Mapping entry, String key) {
        if (!entry.exactKey().isEmpty()) {
            return key.equals(entry.mount());
        }
        boolean reserved = RESERVED.contains(key.split("/", 2)[0]);
        return key.startsWith(entry.mount())
                && key.length() > entry.mount().length()
                && !(entry.mount().isEmpty() && reserved);
    }
}
