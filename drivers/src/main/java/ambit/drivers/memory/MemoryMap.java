package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
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
    static final int READ = 1;
    static final int WRITE = 2;
    static final int APPEND = 8;
    static final int REVIEW = 16;

    /** Names that only mounts may give a meaning to: unmapped, they must not fall through into the own partition. */
    private static final List<String> RESERVED = List.of("user", "tenant", "inherited");

    /**
     * Where one key leads.
     *
     * @param key relative to the partition
     */
    record Place(Mount mount, MemoryKey key) {
        PartitionKeys keys() {
            return mount.keys();
        }

        Slot slot() {
            return new Slot(keys().partition(), keys().tag(key));
        }

        boolean may(int right) {
            return mount.may(right);
        }
    }

    /**
     * One entry of the map.
     *
     * @param prefix {@code ""}, or such as {@code user/notes/}; where {@code exactKey} is not empty, the one name that it has here
     * @param quota bytes that the partition may hold
     */
    record Mount(String prefix, PartitionKeys keys, int rights, String exactKey, long quota, Terms terms) {
        boolean may(int right) {
            return (rights & right) != 0;
        }

        boolean isDirectory() {
            return exactKey.isEmpty();
        }

        /** As a guest names it. */
        String namespace() {
            if (prefix.isEmpty()) {
                return "own";
            }
            return isDirectory() ? prefix.substring(0, prefix.length() - 1) : prefix;
        }

        Trust trust() {
            return Trust.ofMount(prefix);
        }

        private boolean covers(String name) {
            return isDirectory() ? name.length() > prefix.length() && name.startsWith(prefix) : name.equals(prefix);
        }

        private Place place(String name) {
            return new Place(this, new MemoryKey(isDirectory() ? name.substring(prefix.length()) : exactKey));
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
            mounts.add(new Mount(
                    entry.mount(),
                    new PartitionKeys(entry.partition(), entry.dataKey()),
                    entry.rights(),
                    entry.exactKey(),
                    entry.quotaBytes(),
                    Terms.of(entry.terms())));
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
        if (!place.may(READ)) {
            throw new DriverFailure(
                    Denial.NOT_MAPPED, "the memory key '" + key.name() + "' is mapped for writing only");
        }
        return place;
    }

    /** Where it may be written, or only appended. */
    Place writable(MemoryKey key) throws DriverFailure {
        Place place = find(key);
        if (!place.may(WRITE | APPEND)) {
            throw new DriverFailure(Denial.READ_ONLY, "the memory key '" + key.name() + "' is mapped for reading only");
        }
        return place;
    }

    Place find(MemoryKey key) throws DriverFailure {
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

    /** Those with this right, whose namespace is {@code namespace} or within it; all where it is empty. */
    List<Mount> mounts(int right, String namespace) throws DriverFailure {
        List<Mount> found = mounts.stream()
                .filter(mount -> mount.may(right))
                .filter(mount -> namespace.isEmpty()
                        || mount.namespace().equals(namespace)
                        || mount.namespace().startsWith(namespace + "/"))
                .toList();
        if (found.isEmpty() && !namespace.isEmpty()) {
            throw new DriverFailure(
                    Denial.NOT_MAPPED,
                    "nothing named '" + ambit.drivers.Foreign.quote(namespace)
                            + "' is mapped into this context for this");
        }
        return found;
    }

    /** All there are, those without rights too. */
    List<Mount> all() {
        return mounts;
    }

    /** The name that a guest has for an entry of a mapped partition. */
    Optional<String> nameOf(Mount mount, String key) {
        String name = mount.isDirectory() ? mount.prefix() + key : mount.prefix();
        if (!mount.isDirectory() && !mount.exactKey().equals(key)) {
            return Optional.empty();
        }
        try {
            // what a longer mount covers, or a reserved name, leads elsewhere
            return find(new MemoryKey(name)).mount().equals(mount) ? Optional.of(name) : Optional.empty();
        } catch (DriverFailure e) {
            return Optional.empty();
        }
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
