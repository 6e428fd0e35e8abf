package ambit.drivers.memory;

import ambit.drivers.CanonicalJson;
import ambit.drivers.DriverFailure;
import ambit.drivers.memory.MemoryMap.Mount;
import ambit.drivers.memory.MemoryMap.Place;
import ambit.drivers.memory.MemoryTool.Reply;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What can be asked of and done to memory besides reading and writing a key, as tools that a grant may name: {@code memory.list} and
 * so on. What a tool shows counts as read. Their definitions are in {@code tools.json}.
 */
public final class MemoryTools {
    /** Entries in one answer. */
    private static final int MOST = 4096;

    /** Bytes of values in one answer. */
    private static final long MOST_BYTES = 1 << 20;

    private static final int LONGEST_WHY = 1024;

    private final ContextMemory memory;
    private final Provenance provenance;

    public MemoryTools(ContextMemory memory) {
        this.memory = memory;
        this.provenance = new Provenance(memory);
    }

    /** The definitions of all of them: a JSON array of objects with name, description and inputSchema. */
    public static Blob definitions() {
        try (InputStream file = MemoryTools.class.getResourceAsStream("tools.json")) {
            if (file == null) {
                throw new IllegalStateException("the definitions of memory's tools are missing from this build");
            }
            return Blob.of(file.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("the definitions of memory's tools cannot be read", e);
        }
    }

    /** @param operation what stands after {@code memory.} in the capability's name */
    public Reply call(String operation, Blob params) throws DriverFailure {
        return switch (operation) {
            case "list" -> list(Params.of(params, Set.of("namespace", "prefix", "after")));
            case "history" -> history(Params.of(params, Set.of("key")));
            case "provenance" -> provenance(Params.of(params, Set.of("key", "version")));
            case "pending" -> pending(Params.of(params, Set.of("namespace")));
            case "review" -> review(Params.of(params, Set.of("id", "approve", "why")));
            case "restore" -> restore(Params.of(params, Set.of("key", "version")));
            case "undo" -> undo(Params.of(params, Set.of("transaction", "dry-run")));
            default ->
                throw new DriverFailure(
                        Denial.UNKNOWN_TOOL,
                        "memory has no tool '" + ambit.drivers.Foreign.quote(operation)
                                + "'; there are list, history, provenance, pending, review, restore and undo");
        };
    }

    private static Reply reply(Members members) {
        return new Reply(200, CanonicalJson.encode(members.json()));
    }

    private static Reply nothing() {
        return new Reply(404, CanonicalJson.encode(new Json.Null()));
    }

    private record Listed(String name, Mount mount, Version version) {}

    private Reply list(Params params) throws DriverFailure {
        String prefix = params.optionalText("prefix").orElse("");
        String after = params.optionalText("after").orElse("");
        List<Listed> found = new ArrayList<>();
        for (Mount mount : memory.map()
                .mounts(MemoryMap.READ, params.optionalText("namespace").orElse(""))) {
            for (Version version : memory.store().list(mount.keys().partition(), memory.nowMs())) {
                memory.map()
                        .nameOf(mount, Seals.name(mount.keys(), version))
                        .filter(name -> name.startsWith(prefix) && name.compareTo(after) > 0)
                        .ifPresent(name -> found.add(new Listed(name, mount, version)));
            }
        }
        found.sort(Comparator.comparing(Listed::name));
        List<Json> entries = new ArrayList<>();
        for (Listed each : found.subList(0, Math.min(MOST, found.size()))) {
            memory.note(each.version(), each.mount().trust());
            entries.add(new Members()
                    .put("key", each.name())
                    .put("version", each.version().number())
                    .put("size", each.version().size())
                    .put("at", each.version().origin().writtenMs())
                    .put(
                            "trust",
                            each.mount()
                                    .trust()
                                    .with(each.version().origin().trust())
                                    .json())
                    .json());
        }
        List<Json> staged = memory.staged().entrySet().stream()
                .filter(it -> it.getKey().startsWith(prefix))
                .limit(MOST)
                .map(it -> new Members()
                        .put("key", it.getKey())
                        .put("size", it.getValue())
                        .json())
                .toList();
        return reply(new Members().put("entries", entries).put("staged", staged).put("more", found.size() > MOST));
    }

    private Reply history(Params params) throws DriverFailure {
        MemoryKey key = params.key();
        Place place = memory.map().readable(key);
        List<Version> versions = memory.history(place.slot());
        if (versions.isEmpty()) {
            return nothing();
        }
        long head = memory.store()
                .read(place.slot(), memory.nowMs())
                .map(Version::number)
                .orElse(0L);
        List<Json> said = new ArrayList<>();
        for (Version version : versions.subList(0, Math.min(MOST, versions.size()))) {
            said.add(new Members()
                    .put("version", version.number())
                    .put("state", Provenance.state(version))
                    .put("size", version.size())
                    .put("at", version.origin().writtenMs())
                    .put(
                            "trust",
                            place.mount().trust().with(version.origin().trust()).json())
                    .put("writer", Provenance.writer(version))
                    .json());
        }
        return reply(new Members()
                .put("key", key.name())
                .put("head", head)
                .put("versions", said)
                .put("more", versions.size() > MOST));
    }

    private Reply provenance(Params params) throws DriverFailure {
        MemoryKey key = params.key();
        Place place = memory.map().readable(key);
        Optional<Long> wanted = params.optionalNumber("version");
        Optional<Version> version = wanted.isPresent()
                ? memory.version(new Source(place.slot(), wanted.get()))
                : memory.store().read(place.slot(), memory.nowMs());
        return version.isPresent()
                ? new Reply(200, CanonicalJson.encode(provenance.of(key.name(), place.mount(), version.get())))
                : nothing();
    }

    private Reply pending(Params params) throws DriverFailure {
        List<Json> said = new ArrayList<>();
        long bytes = 0;
        boolean more = false;
        for (Mount mount : memory.map()
                .mounts(MemoryMap.REVIEW, params.optionalText("namespace").orElse(""))) {
            for (HeldEntry held : memory.store().held(mount.keys().partition())) {
                if (held.version().asOf(memory.nowMs()).state() != Version.State.HELD) {
                    continue;
                }
                Optional<Version> old = held.base() == 0
                        ? Optional.empty()
                        : memory.version(new Source(held.version().slot(), held.base()));
                bytes += held.version().size() + old.map(Version::size).orElse(0L);
                if (said.size() >= MOST || bytes > MOST_BYTES) {
                    more = true;
                } else {
                    said.add(pending(mount, held, old));
                }
            }
        }
        return reply(new Members().put("pending", said).put("more", more));
    }

    private Json pending(Mount mount, HeldEntry held, Optional<Version> old) throws DriverFailure {
        Version version = held.version();
        MemoryKey key = new MemoryKey(Seals.name(mount.keys(), version));
        memory.note(version, mount.trust());
        Members said = new Members()
                .put("id", held.id())
                .put("key", memory.map().nameOf(mount, key.name()).orElse(mount.prefix() + key.name()))
                .put("version", version.number())
                .put("base", held.base())
                .put("new", value(mount, key, version));
        if (old.isPresent() && !old.get().valueBox().isEmpty()) {
            memory.note(old.get(), mount.trust());
            said.put("old", value(mount, key, old.get()));
        }
        return said.put("at", version.origin().writtenMs())
                .put("trust", mount.trust().with(version.origin().trust()).json())
                .put("writer", Provenance.writer(version))
                .json();
    }

    private static Json value(Mount mount, MemoryKey key, Version version) throws DriverFailure {
        try {
            return Json.parse(Seals.value(mount.keys(), key, version));
        } catch (MalformedException e) {
            throw PartitionKeys.damaged();
        }
    }

    private Reply review(Params params) throws DriverFailure {
        String id = params.text("id");
        String why = params.text("why");
        boolean approve = params.optionalFlag("approve")
                .orElseThrow(() -> new DriverFailure(
                        Denial.ARGUMENT_MISSING, "the argument 'approve' is missing: true, or false to reject"));
        if (why.isBlank() || why.length() > LONGEST_WHY) {
            throw new DriverFailure(
                    Denial.MALFORMED, "the argument 'why' is empty or longer than " + LONGEST_WHY + " characters");
        }
        DriverFailure unknown =
                new DriverFailure(Denial.UNKNOWN_HANDLE, "nothing that this context may review waits under this id");
        HeldEntry held = memory.store().heldEntry(id).orElseThrow(() -> unknown);
        Mount mount = memory.map().mounts(MemoryMap.REVIEW, "").stream()
                .filter(it -> it.keys().partition().equals(held.version().slot().partition()))
                .findFirst()
                .orElseThrow(() -> unknown);
        if (Writer.family(held.version().origin().transaction())
                .equals(memory.writer().family())) {
            throw new DriverFailure(
                    Denial.CONSTRAINT, "a transaction cannot review what it, its parents or its children wrote");
        }
        PartitionKeys keys = mount.keys();
        Blob whyBox = keys.seal(
                Seals.label("why", id.getBytes(StandardCharsets.UTF_8)), 0, why.getBytes(StandardCharsets.UTF_8));
        memory.store().decide(new MemoryStore.Decision(id, approve, memory.writer(), memory.nowMs(), whyBox));
        String key = Seals.name(keys, held.version());
        return reply(new Members()
                .put("id", id)
                .put("key", memory.map().nameOf(mount, key).orElse(mount.prefix() + key))
                .put("version", held.version().number())
                .put("approved", approve));
    }

    /** Stages what an earlier version said: it is checked, committed and answered for like anything that is written. */
    private Reply restore(Params params) throws DriverFailure {
        MemoryKey key = params.key();
        long number = params.number("version");
        Place place = memory.map().writable(key);
        if (!place.may(MemoryMap.WRITE)) {
            throw new DriverFailure(
                    Denial.READ_ONLY, "the memory key '" + key.name() + "' is mapped for new keys only");
        }
        Optional<Version> version = memory.version(new Source(place.slot(), number));
        if (version.isEmpty()) {
            return nothing();
        }
        if (version.get().state() != Version.State.COMMITTED) {
            throw new DriverFailure(
                    Denial.CONSTRAINT,
                    "version " + number + " of the memory key is " + Provenance.state(version.get())
                            + "; only one that was committed, and not undone, can be restored");
        }
        memory.note(version.get(), place.mount().trust());
        memory.write(key, Seals.value(place.keys(), place.key(), version.get()));
        return reply(
                new Members().put("key", key.name()).put("restores", number).put("staged", true));
    }

    private Reply undo(Params params) throws DriverFailure {
        String transaction = params.text("transaction");
        boolean dryRun = params.optionalFlag("dry-run").orElse(false);
        if (transaction.isEmpty()) {
            throw new DriverFailure(Denial.ARGUMENT_MISSING, "the argument 'transaction' is empty");
        }
        if (!dryRun) {
            memory.refuseLive(transaction);
        }
        List<Undoing.Undone> all = memory.store().undo(memory.writer().tenant(), transaction, dryRun, memory.nowMs());
        List<Json> said = new ArrayList<>();
        for (Undoing.Undone each : all.subList(0, Math.min(MOST / 4, all.size()))) {
            said.add(undone(each));
        }
        return reply(new Members()
                .put("transaction", transaction)
                .put("dry-run", dryRun)
                .put("count", all.size())
                .put("new", all.stream().filter(it -> !it.already()).count())
                .put("undone", said)
                .put("more", all.size() > said.size()));
    }

    private Json undone(Undoing.Undone each) throws DriverFailure {
        Version version = each.version();
        Members said = new Members();
        Optional<String> name = provenance.name(version);
        if (name.isPresent()) {
            said.put("key", name.get());
        } else {
            said.put("partition", version.slot().partition());
            said.put("tag", version.slot().tag());
        }
        List<Json> path = new ArrayList<>();
        for (Source source : each.path()) {
            path.add(provenance.source(source));
        }
        return said.put("version", version.number())
                .put("was", Provenance.state(version))
                .put("writer", Provenance.writer(version))
                .put("at", version.origin().writtenMs())
                .put(
                        "head",
                        new Members()
                                .put("before", each.headBefore())
                                .put("after", each.headAfter())
                                .json())
                .put("path", path)
                .json();
    }
}
