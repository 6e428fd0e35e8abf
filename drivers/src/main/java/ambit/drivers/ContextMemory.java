package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import ambit.wire.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The memory of one context: what its map names, with its own writes in front. Writes stay in this object until the
 * transaction commits; when it is dropped, so are they.
 *
 * <p>An entry's version is noted when the context first reads or writes it. At commit an entry that has another version by then
 * was changed by someone else in between and is a conflict, since this context may have built on the old value.
 *
 * <p>Safe for use by several threads.
 */
final class ContextMemory {
    /** Bytes of JSON in one value. */
    static final int MAX_VALUE = 256 << 10;

    /** Bytes that one context may stage in all, whatever its quotas: they are held in memory. */
    static final long MAX_STAGED = 64L << 20;

    /** One entry of one partition; several names of a context may lead to it. */
    private record Slot(Blob partition, MemoryKey key) {}

    private record Staged(MemoryKey asked, Blob value, long size) {}

    private final Blob context;
    private final String transaction;
    private final MemoryMap map;
    private final MemoryStore store;
    private final Map<Slot, Long> seen = new HashMap<>();
    private final Map<Slot, Staged> staged = new LinkedHashMap<>();
    private boolean ended;

    ContextMemory(Blob context, String transaction, MemoryMap map, MemoryStore store) {
        this.context = context;
        this.transaction = transaction;
        this.map = map;
        this.store = store;
    }

    /** The JSON that stands at {@code key} for this context. */
    synchronized Optional<Blob> read(MemoryKey key) throws DriverFailure {
        refuseEnded();
        MemoryMap.Place place = map.readable(key);
        Slot slot = slot(place);
        Staged own = staged.get(slot);
        if (own != null) {
            return Optional.of(own.value());
        }
        Optional<MemoryStore.Stored> stored = look(slot, place);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        byte[] label = valueLabel(place.key());
        return Optional.of(Blob.of(
                place.keys().open(label, stored.get().version(), stored.get().valueBox())));
    }

    /** Stages {@code value}, which is JSON. */
    synchronized void write(MemoryKey key, Blob value) throws DriverFailure {
        refuseEnded();
        MemoryMap.Place place = map.writable(key);
        if (value.size() > MAX_VALUE) {
            throw new DriverFailure(
                    Denial.TOO_LARGE,
                    "a memory value may have 256 KiB, this one has " + value.size() + " bytes; split it");
        }
        Slot slot = slot(place);
        Staged entry = new Staged(key, value, (long) place.key().bytes().length + value.size());
        checkRoom(slot, entry, place.quota());
        if (!seen.containsKey(slot)) {
            look(slot, place);
        }
        staged.put(slot, entry);
    }

    private void checkRoom(Slot slot, Staged entry, long quota) throws DriverFailure {
        long inPartition = entry.size();
        long inAll = entry.size();
        for (Map.Entry<Slot, Staged> other : staged.entrySet()) {
            if (!other.getKey().equals(slot)) {
                inAll += other.getValue().size();
                if (other.getKey().partition().equals(slot.partition())) {
                    inPartition += other.getValue().size();
                }
            }
        }
        if (inPartition > quota || inAll > MAX_STAGED) {
            throw new DriverFailure(
                    Denial.QUOTA,
                    "this transaction would write " + Math.max(inPartition, inAll) + " bytes of memory, and "
                            + Math.min(quota, MAX_STAGED) + " are allowed; write less or raise the quota in the grant");
        }
        if (!staged.containsKey(slot) && staged.size() >= Limits.VERDICTS) {
            throw new DriverFailure(
                    Denial.QUOTA,
                    "a transaction may write " + Limits.VERDICTS + " memory keys; put several values into one");
        }
    }

    /**
     * Persists what was staged, entry by entry, in one database transaction; the second commit of a transaction gives the first
     * one's verdicts. When it fails nothing is persisted and nothing is lost: it can be called again.
     */
    synchronized List<Verdict> commit(long nowMs) throws DriverFailure {
        ended = true;
        Optional<MemoryStore.Committed> before = store.committed(transaction, context);
        if (before.isPresent()) {
            return open(before.get());
        }
        List<Verdict> refused = new ArrayList<>();
        List<MemoryKey> keys = new ArrayList<>();
        List<MemoryStore.Write> writes = new ArrayList<>();
        for (Map.Entry<Slot, Staged> entry : staged.entrySet()) {
            try {
                writes.add(verified(entry.getKey(), entry.getValue()));
                keys.add(entry.getValue().asked());
            } catch (DriverFailure e) {
                refused.add(Verdict.dropped(entry.getValue().asked().name(), e.code()));
            }
        }
        List<Verdict> verdicts = new ArrayList<>();
        store.commit(transaction, context, nowMs, writes, results -> {
            verdicts.addAll(refused);
            for (int i = 0; i < results.size(); i++) {
                verdicts.add(verdict(keys.get(i), writes.get(i), results.get(i)));
            }
            return seal(verdicts);
        });
        staged.clear();
        return List.copyOf(verdicts);
    }

    /** Nothing was trusted when it was staged: scope, rights and size are checked again on what would be persisted. */
    private MemoryStore.Write verified(Slot slot, Staged entry) throws DriverFailure {
        MemoryKey asked = MemoryKey.parse(entry.asked().name());
        MemoryMap.Place place = map.writable(asked);
        if (!slot(place).equals(slot)) {
            throw new DriverFailure(Denial.NOT_MAPPED, "the key leads elsewhere now");
        }
        if (entry.value().size() > MAX_VALUE) {
            throw new DriverFailure(Denial.TOO_LARGE, "the value is too large");
        }
        long before = seen.getOrDefault(slot, 0L);
        Blob tag = place.tag();
        MemoryStore.Stored stored = new MemoryStore.Stored(
                before + 1,
                place.keys().seal(nameLabel(tag), before + 1, place.key().bytes()),
                place.keys()
                        .seal(valueLabel(place.key()), before + 1, entry.value().toArray()),
                entry.size());
        return new MemoryStore.Write(slot.partition(), tag, before, stored, place.quota());
    }

    private static Verdict verdict(MemoryKey key, MemoryStore.Write write, MemoryStore.Result result) {
        return switch (result) {
            case COMMITTED -> Verdict.committed(key.name(), write.stored().version());
            case CONFLICT -> Verdict.dropped(key.name(), Denial.CONFLICT);
            case QUOTA -> Verdict.dropped(key.name(), Denial.QUOTA);
        };
    }

    private MemoryStore.Committed seal(List<Verdict> verdicts) {
        Optional<PartitionKeys> home = map.home();
        if (home.isEmpty()) {
            return new MemoryStore.Committed(Blob.EMPTY, Blob.EMPTY);
        }
        byte[] plain = Cbor.encode(new DriverToCore.Verdicts(List.copyOf(verdicts)).toCbor());
        return new MemoryStore.Committed(home.get().partition(), home.get().seal(verdictLabel(), 0, plain));
    }

    private List<Verdict> open(MemoryStore.Committed before) throws DriverFailure {
        if (before.verdictBox().isEmpty()) {
            return List.of();
        }
        PartitionKeys keys = map.partition(before.partition())
                .orElseThrow(() -> new DriverFailure(
                        Denial.NOT_MAPPED,
                        "the transaction was committed before, with another map; its verdicts stay sealed"));
        byte[] plain = keys.open(verdictLabel(), 0, before.verdictBox());
        try {
            if (DriverToCore.fromCbor(Cbor.decode(plain)) instanceof DriverToCore.Verdicts(List<Verdict> verdicts)) {
                return verdicts;
            }
        } catch (MalformedException e) {
            throw new DriverFailure(Denial.DRIVER_FAILED, "the verdicts of an earlier commit cannot be read", e);
        }
        throw new DriverFailure(Denial.DRIVER_FAILED, "the verdicts of an earlier commit cannot be read");
    }

    private Optional<MemoryStore.Stored> look(Slot slot, MemoryMap.Place place) throws DriverFailure {
        Optional<MemoryStore.Stored> stored = store.read(slot.partition(), place.tag());
        seen.putIfAbsent(slot, stored.map(MemoryStore.Stored::version).orElse(0L));
        return stored;
    }

    private void refuseEnded() throws DriverFailure {
        if (ended) {
            throw new DriverFailure(Denial.CONTEXT_ENDED, "the context has ended");
        }
    }

    private static Slot slot(MemoryMap.Place place) {
        return new Slot(place.keys().partition(), place.key());
    }

    private static byte[] valueLabel(MemoryKey key) {
        return label("value", key.bytes());
    }

    private static byte[] nameLabel(Blob tag) {
        return label("name", tag.toArray());
    }

    private byte[] verdictLabel() {
        return label("verdicts", transaction.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] label(String kind, byte[] subject) {
        byte[] name = kind.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(name.length + 1 + subject.length)
                .put(name)
                .put((byte) 0)
                .put(subject)
                .array();
    }
}
