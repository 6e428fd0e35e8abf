package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.Denial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a context's keys mean, like a page table: the longest mount that the key begins with names the partition, and what no
 * mount covers does not exist. Immutable.
 */
final class MemoryMap {
    private static final int READ = 1;
    private static final int WRITE = 2;

    /** Names that only mounts may give a meaning to: unmapped, they must not fall through into the own partition. */
    private static final List<String> RESERVED = List.of("user", "tenant", "inherited");

    /**
     * Where one key leads.
     *
     * @param key relative to the partition
     * @param quota bytes that the partition may hold
     */
    record Place(PartitionKeys keys, MemoryKey key, int rights, long quota) {
        Blob tag() {
            return keys.tag(key);
        }
    }

    private record Mount(String prefix, PartitionKeys keys, int rights, String exactKey, long quota) {
        boolean covers(String name) {
            return exactKey.isEmpty()
                    ? name.length() > prefix.length() && name.startsWith(prefix)
                    : name.equals(prefix);
        }

        Place place(String name) {
            String relative = exactKey.isEmpty() ? name.substring(prefix.length()) : exactKey;
            return new Place(keys, new MemoryKey(relative), rights, quota);
        }
    }

    private final List<Mount> mounts;

    private MemoryMap(List<Mount> mounts) {
        this.mounts = List.copyOf(mounts);
    }

    static MemoryMap of(List<MapEntry> entries) throws DriverFailure {
        List<Mount> mounts = new ArrayList<>();
        for (MapEntry entry : entries) {
            boolean directory = entry.mount().isEmpty() || entry.mount().endsWith("/");
            if (directory != entry.exactKey().isEmpty()) {
                throw new DriverFailure(Denial.MALFORMED, "a mount is either a prefix or one exact key");
            }
            if (!entry.exactKey().isEmpty()) {
                MemoryKey.parse(entry.exactKey());
            }
            PartitionKeys keys = new PartitionKeys(entry.partition(), entry.dataKey());
            mounts.add(new Mount(entry.mount(), keys, entry.rights(), entry.exactKey(), entry.quotaBytes()));
        }
        if (mounts.stream().map(Mount::prefix).distinct().count() != mounts.size()) {
            throw new DriverFailure(Denial.MALFORMED, "two mounts have one name");
        }
        mounts.sort((left, right) ->
                Integer.compare(right.prefix().length(), left.prefix().length()));
        return new MemoryMap(mounts);
    }

    Place readable(MemoryKey key) throws DriverFailure {
        Place place = find(key);
        if ((place.rights() & READ) == 0) {
            throw new DriverFailure(
                    Denial.NOT_MAPPED, "the memory key '" + key.name() + "' is mapped for writing only");
        }
        return place;
    }

    Place writable(MemoryKey key) throws DriverFailure {
        Place place = find(key);
        if ((place.rights() & WRITE) == 0) {
            throw new DriverFailure(Denial.READ_ONLY, "the memory key '" + key.name() + "' is mapped for reading only");
        }
        return place;
    }

    private Place find(MemoryKey key) throws DriverFailure {
        for (Mount mount : mounts) {
            if (mount.rights() != 0
                    && mount.covers(key.name())
                    && !(mount.prefix().isEmpty() && isReserved(key))) {
                return mount.place(key.name());
            }
        }
        throw new DriverFailure(
                Denial.NOT_MAPPED,
                "the memory key '" + key.name() + "' lies in nothing that is mapped into this context");
    }

    private static boolean isReserved(MemoryKey key) {
        int slash = key.name().indexOf('/');
        return RESERVED.contains(slash < 0 ? key.name() : key.name().substring(0, slash));
    }

    /** The keys of a mapped partition. */
    Optional<PartitionKeys> partition(Blob id) {
        return mounts.stream()
                .map(Mount::keys)
                .filter(keys -> keys.partition().equals(id))
                .findFirst();
    }

    /** Some mapped partition, the same one for the same map; its own where it has one. */
    Optional<PartitionKeys> home() {
        return mounts.isEmpty()
                ? Optional.empty()
                : Optional.of(mounts.getLast().keys());
    }
}
