package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.drivers.memory.MemoryMap.Mount;
import ambit.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where an entry came from, in the words of the context that asks: entries of its own map by name, others by what nobody can read. */
final class Provenance {
    /** Sources that are named in one answer. */
    static final int MOST_SOURCES = 256;

    private final ContextMemory memory;

    Provenance(ContextMemory memory) {
        this.memory = memory;
    }

    static Json writer(Version version) {
        Version.Origin origin = version.origin();
        return new Members()
                .put("transaction", origin.transaction())
                .put("agent", origin.agent())
                .put("principal", origin.principal())
                .put("chain", origin.chain())
                .json();
    }

    static String state(Version version) {
        return version.state().name().toLowerCase(Locale.ROOT);
    }

    /** All that is known of one version. */
    Json of(String name, Mount mount, Version version) throws DriverFailure {
        Seen seen = Seals.seen(mount.keys(), version);
        List<Json> sources = new ArrayList<>();
        for (Source source : memory.store()
                .sources(
                        Writer.family(version.origin().transaction()),
                        Math.min(MOST_SOURCES, version.origin().reads()))) {
            sources.add(source(source));
        }
        return new Members()
                .put("key", name)
                .put("version", version.number())
                .put("state", state(version))
                .put("at", version.origin().writtenMs())
                .put("trust", mount.trust().with(version.origin().trust()).json())
                .put("mapped", mount.trust().json())
                .put("writer", writer(version))
                .put("sources", sources)
                .put("more-sources", version.origin().reads() - sources.size())
                .put(
                        "chunks",
                        seen.chunks().stream()
                                .<Json>map(it -> new Json.Str(it.toHex()))
                                .toList())
                .put("more-chunks", seen.moreChunks())
                .put("tools", seen.tools().stream().map(Provenance::tool).toList())
                .put("more-tools", seen.moreTools())
                .json();
    }

    private static Json tool(Seen.Call call) {
        return new Members()
                .put("transaction", call.transaction())
                .put("sequence", call.sequence())
                .put("capability", call.capability())
                .json();
    }

    /** An entry at a version, by its name where this context has one for it. */
    Json source(Source source) throws DriverFailure {
        Optional<Version> version = memory.version(source);
        Members said = new Members();
        Optional<String> name = version.isPresent() ? name(version.get()) : Optional.empty();
        if (name.isPresent()) {
            said.put("key", name.get());
        } else {
            said.put("partition", source.slot().partition());
            said.put("tag", source.slot().tag());
        }
        said.put("version", source.version());
        version.ifPresent(it -> said.put("transaction", it.origin().transaction()));
        return said.json();
    }

    /** The name that this context has for an entry. */
    Optional<String> name(Version version) throws DriverFailure {
        for (Mount mount : memory.map().all()) {
            if (mount.rights() != 0
                    && mount.keys().partition().equals(version.slot().partition())) {
                String key = Seals.name(mount.keys(), version);
                Optional<String> name =
                        key.isEmpty() ? Optional.empty() : memory.map().nameOf(mount, key);
                if (name.isPresent()) {
                    return name;
                }
            }
        }
        return Optional.empty();
    }
}
