package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.drivers.memory.Influences.Moment;
import ambit.drivers.memory.MemoryMap.Place;
import ambit.drivers.memory.WriteSet.Result;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import ambit.wire.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The memory of one context: what its map names, with its own writes in front. Writes stay in this object until the
 * transaction commits; when it is dropped, so are they.
 *
 * <p>An entry's version is noted when the context first reads or writes it. At commit an entry that has another version by then
 * was changed by someone else in between and is a conflict, since this context may have built on the old value.
 *
 * <p>Safe for use by several threads.
 */
public final class ContextMemory {
    /** Bytes of JSON in one value. */
    static final int MAX_VALUE = 256 << 10;

    /** Bytes that one context may stage in all, whatever its quotas: they are held in memory. */
    static final long MAX_STAGED = 64L << 20;

    /** @param moment what its family had seen by then */
    private record Staged(MemoryKey asked, Blob value, long size, Moment moment) {}

    /**
     * What a context needs besides its map.
     *
     * @param wrapped the wrapped data keys of its partitions, as far as they are known
     * @param others all contexts that live
     */
    record Surroundings(
            MemoryStore store, Influences influences, Map<Blob, Blob> wrapped, InstantSource clock, Living others) {
        Surroundings {
            wrapped = Map.copyOf(wrapped);
        }
    }

    /** Who is alive at this moment. */
    @FunctionalInterface
    interface Living {
        /** A live transaction of the tenant that is this one or a child of it. */
        Optional<String> of(String tenant, String transaction);
    }

    private final Writer writer;
    private final MemoryMap map;
    private final Surroundings surroundings;
    private final RetrievedChunks chunks;
    private final Map<Slot, Long> seen = new HashMap<>();
    private final Map<Slot, Staged> staged = new LinkedHashMap<>();
    private final Map<Blob, Long> stagedBytes = new HashMap<>();
    private boolean ended;

    ContextMemory(Writer writer, MemoryMap map, Surroundings surroundings) {
        this.writer = writer;
        this.map = map;
        this.surroundings = surroundings;
        this.chunks = new RetrievedChunks(surroundings.influences());
    }

    Writer writer() {
        return writer;
    }

    MemoryMap map() {
        return map;
    }

    MemoryStore store() {
        return surroundings.store();
    }

    /** Milliseconds since 1970. */
    public long nowMs() {
        return surroundings.clock().millis();
    }

    /** One version, as it is at this moment. */
    Optional<Version> version(Source source) throws DriverFailure {
        return store().version(source).map(it -> it.asOf(nowMs()));
    }

    /** All versions, the newest first, as they are at this moment. */
    List<Version> history(Slot slot) throws DriverFailure {
        return store().history(slot).stream().map(it -> it.asOf(nowMs())).toList();
    }

    /** Refuses what would undo a transaction that may still commit. */
    public void refuseLive(String transaction) throws DriverFailure {
        Optional<String> live = surroundings.others().of(writer.tenant(), transaction);
        if (live.isPresent()) {
            throw new DriverFailure(
                    Denial.STILL_MAPPED,
                    "the transaction " + live.get()
                            + " is alive and could still commit what it has staged; stop it first ('ambit stop "
                            + live.get() + "'), then undo it");
        }
    }

    /** The number of the label that what is written now has. */
    public long label() {
        return surroundings.influences().now().trust().number();
    }

    /** What searches of this context returned: the retriever fills it. */
    public RetrievedChunks chunks() {
        return chunks;
    }

    /**
     * This context calls a tool, whose answer may shape what it writes afterwards.
     *
     * @param sequence of the call, as the log numbers it
     */
    public void called(long sequence, String capability, Trust label) {
        surroundings.influences().called(new Influences.ToolCall(writer.transaction(), sequence, capability), label);
    }

    /** The JSON that stands at {@code key} for this context. */
    synchronized Optional<Blob> read(MemoryKey key) throws DriverFailure {
        refuseEnded();
        Place place = map.readable(key);
        Staged own = staged.get(place.slot());
        if (own != null) {
            return Optional.of(own.value());
        }
        Optional<Version> stored = look(place);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        note(stored.get(), place.mount().trust());
        return Optional.of(Seals.value(place.keys(), place.key(), stored.get()));
    }

    /** From now on whatever is written may have come of this version. */
    void note(Version version, Trust mount) throws DriverFailure {
        surroundings
                .influences()
                .read(version.asSource(), mount.with(version.origin().trust()));
    }

    /** The version that counts at a place, 0 at first sight for none. */
    private Optional<Version> look(Place place) throws DriverFailure {
        Optional<Version> stored = store().read(place.slot(), nowMs());
        seen.putIfAbsent(place.slot(), stored.map(Version::number).orElse(0L));
        return stored;
    }

    /** Stages {@code value}, which is JSON. */
    synchronized void write(MemoryKey key, Blob value) throws DriverFailure {
        refuseEnded();
        Place place = map.writable(key);
        check(place, value);
        Slot slot = place.slot();
        Moment moment = surroundings.influences().now();
        Staged entry = new Staged(key, value, (long) place.key().bytes().length + value.size(), moment);
        checkRoom(slot, entry, place.mount().quota());
        if (!seen.containsKey(slot)) {
            look(place);
        }
        refuseExisting(place);
        stagedBytes.merge(slot.partition(), grown(slot, entry), Long::sum);
        staged.put(slot, entry);
    }

    private void check(Place place, Blob value) throws DriverFailure {
        if (value.size() > MAX_VALUE) {
            throw new DriverFailure(
                    Denial.TOO_LARGE,
                    "a memory value may have 256 KiB, this one has " + value.size() + " bytes; split it");
        }
        place.mount().terms().check(place.key(), value, chunks);
    }

    private void refuseExisting(Place place) throws DriverFailure {
        if (!place.may(MemoryMap.WRITE) && seen.getOrDefault(place.slot(), 0L) != 0) {
            throw new DriverFailure(
                    Denial.APPEND_ONLY,
                    "the memory key is there already, and its mapping allows new keys only; write under another");
        }
    }

    /** How many bytes more are staged with this entry. */
    private long grown(Slot slot, Staged entry) {
        Staged replaced = staged.get(slot);
        return entry.size() - (replaced == null ? 0 : replaced.size());
    }

    private void checkRoom(Slot slot, Staged entry, long quota) throws DriverFailure {
        long grown = grown(slot, entry);
        long inPartition = stagedBytes.getOrDefault(slot.partition(), 0L) + grown;
        long inAll = stagedBytes.values().stream().mapToLong(Long::longValue).sum() + grown;
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

    /** The keys that are staged, and how many bytes each has. */
    synchronized Map<String, Long> staged() {
        Map<String, Long> all = new LinkedHashMap<>();
        staged.values().forEach(entry -> all.put(entry.asked().name(), entry.size()));
        return all;
    }

    /**
     * Persists what was staged in one database transaction; the second commit of a transaction gives the first one's verdicts. When
     * it fails nothing is persisted and nothing is lost: it can be called again.
     */
    public synchronized List<Verdict> commit() throws DriverFailure {
        return commit(Set.of());
    }

    /**
     * The same, where something is committed to partitions besides, such as an index: whoever could open it must be able to later.
     *
     * @param others the ids of mapped partitions
     */
    public synchronized List<Verdict> commit(Set<Blob> others) throws DriverFailure {
        ended = true;
        Optional<MemoryStore.Committed> before = store().committed(writer);
        if (before.isPresent()) {
            return open(before.get());
        }
        try {
            List<Verdict> verdicts = commit(nowMs(), others);
            staged.clear();
            stagedBytes.clear();
            return verdicts;
        } catch (Database.OutcomeUnknown e) {
            return found(e);
        }
    }

    /** What became of a commit that nobody answered for; if that cannot be found out, nobody may claim to know. */
    private List<Verdict> found(Database.OutcomeUnknown unknown) throws DriverFailure {
        Optional<MemoryStore.Committed> after;
        try {
            after = store().committedAfterAll(writer);
        } catch (DriverFailure e) {
            unknown.addSuppressed(e);
            throw unknown;
        }
        if (after.isPresent()) {
            return open(after.get());
        }
        throw new DriverFailure(
                Denial.DRIVER_FAILED,
                "the memory's database went away before it had committed; nothing was changed, try again",
                unknown);
    }

    private List<Verdict> commit(long nowMs, Set<Blob> others) throws DriverFailure {
        List<Verdict> refused = new ArrayList<>();
        List<MemoryKey> keys = new ArrayList<>();
        List<WriteSet.Write> writes = new ArrayList<>();
        boolean whole = false;
        for (Map.Entry<Slot, Staged> entry : staged.entrySet()) {
            MemoryKey asked = entry.getValue().asked();
            try {
                Place place = map.writable(MemoryKey.parse(asked.name()));
                whole |= place.mount().terms().whole();
                writes.add(verified(entry.getKey(), place, entry.getValue(), nowMs));
                keys.add(asked);
            } catch (DriverFailure e) {
                refused.add(Verdict.dropped(asked.name(), e.code()));
            }
        }
        if (whole && !refused.isEmpty()) {
            keys.forEach(key -> refused.add(Verdict.dropped(key.name(), Denial.ALL_OR_NOTHING)));
            writes.clear();
        }
        List<Verdict> verdicts = new ArrayList<>();
        WriteSet set = new WriteSet(writer, nowMs, surroundings.influences().sources(), writes, whole, targets(others));
        List<Result> _ = store().commit(set, results -> {
            verdicts.addAll(refused);
            for (int i = 0; i < results.size(); i++) {
                Result result = results.get(i);
                verdicts.add(new Verdict(keys.get(i).name(), result.denial(), result.version()));
            }
            return seal(verdicts);
        });
        return List.copyOf(verdicts);
    }

    private List<WriteSet.Target> targets(Set<Blob> partitions) {
        return map.all().stream()
                .filter(mount -> partitions.contains(mount.keys().partition()))
                .map(mount -> target(mount.keys(), mount.prefix()))
                .toList();
    }

    private WriteSet.Target target(PartitionKeys keys, String prefix) {
        Blob wrapped = surroundings.wrapped().getOrDefault(keys.partition(), Blob.EMPTY);
        return new WriteSet.Target(keys.partition(), Owner.of(prefix, writer), wrapped, keys.proof());
    }

    /** Nothing was trusted when it was staged: scope, rights and terms are checked again on what would be persisted. */
    private WriteSet.Write verified(Slot slot, Place place, Staged entry, long nowMs) throws DriverFailure {
        if (!place.slot().equals(slot)) {
            throw new DriverFailure(Denial.NOT_MAPPED, "the key leads elsewhere now");
        }
        check(place, entry.value());
        refuseExisting(place);
        Moment moment = entry.moment();
        Version.Origin origin = new Version.Origin(
                writer.transaction(),
                writer.agent(),
                writer.principal(),
                writer.chain(),
                nowMs,
                moment.trust(),
                moment.sources());
        PartitionKeys keys = place.keys();
        Terms terms = place.mount().terms();
        Seen sight = Seen.at(surroundings.influences(), moment);
        long weight = entry.size() + sight.toBlob().size() + PartitionKeys.SEAL;
        return new WriteSet.Write(
                slot,
                target(keys, place.mount().prefix()),
                seen.getOrDefault(slot, 0L),
                entry.size(),
                weight,
                origin,
                new WriteSet.Limits(place.mount().quota(), terms.entries()),
                terms.review(),
                terms.expiresMs(nowMs),
                version -> new WriteSet.Boxes(
                        Seals.name(keys, slot.tag(), version, place.key()),
                        Seals.value(keys, place.key(), version, entry.value()),
                        Seals.seen(keys, slot.tag(), version, origin, sight)));
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

    private byte[] verdictLabel() {
        return Seals.label("verdicts", writer.transaction().getBytes(StandardCharsets.UTF_8));
    }

    private void refuseEnded() throws DriverFailure {
        if (ended) {
            throw new DriverFailure(Denial.CONTEXT_ENDED, "the context has ended");
        }
    }
}
