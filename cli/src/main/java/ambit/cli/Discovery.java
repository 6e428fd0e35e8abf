package ambit.cli;

import ambit.authority.Cap;
import ambit.authority.Grant;
import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.config.Tool;
import ambit.cli.config.Use;
import ambit.cli.outcome.Failure;
import ambit.cli.text.Terminal;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the tools of an agent are when they are asked now, beside what was kept of them and what an earlier grant pinned. What a server
 * says of its tools is read by models, so that another description takes somebody's word.
 */
final class Discovery {

    /**
     * An operation that a server describes otherwise than before.
     *
     * @param old what was kept, or granted; empty where only its hash is known
     */
    record Change(String capability, Optional<String> old, String fresh) {

        /** The members that differ. */
        Set<String> members() {
            Map<String, Json> before = old.map(Discovery::members).orElse(Map.of());
            Map<String, Json> after = Discovery.members(fresh);
            Set<String> names = new TreeSet<>(before.keySet());
            names.addAll(after.keySet());
            names.removeIf(name -> Optional.ofNullable(before.get(name)).equals(Optional.ofNullable(after.get(name))));
            return names;
        }

        /** What is gone and what has come, line by line. */
        List<String> diff() {
            return JsonDiff.of(old.map(Discovery::object), object(fresh));
        }
    }

    private final PinnedTools pinned;
    private final String agent;
    private final List<Change> changes;
    private final Map<String, Map<String, String>> keeping;

    private Discovery(
            PinnedTools pinned, String agent, List<Change> changes, Map<String, Map<String, String>> keeping) {
        this.pinned = pinned;
        this.agent = agent;
        this.changes = List.copyOf(changes);
        this.keeping = keeping;
    }

    /** Asks; {@code before} is the grant that another one is to follow. */
    static Discovery of(Config config, Agent agent, PinnedTools pinned, Optional<Grant> before, Path file) {
        Map<String, Map<String, String>> offered = new LinkedHashMap<>();
        Map<String, Map<String, String>> keeping = new LinkedHashMap<>();
        List<Change> changes = new ArrayList<>();
        for (Use use : agent.mayUse()) {
            Tool tool = config.toolOf(use);
            if (!isDefined(tool)) {
                continue;
            }
            Map<String, String> all = offered.computeIfAbsent(use.tool(), _ -> pinned.offered(tool));
            String fresh = all.get(use.operation());
            if (fresh == null) {
                throw Failure.usage(
                        file + ":" + use.at() + ": '" + use.tool() + "' has no operation '" + use.operation() + "'",
                        "it has: " + String.join(", ", new TreeSet<>(all.keySet())));
            }
            if (isForeign(tool)) {
                change(use, pinned, before, fresh).ifPresent(changes::add);
            }
            keeping.computeIfAbsent(use.tool(), name -> unkept(name, all, pinned))
                    .put(use.operation(), fresh);
        }
        return new Discovery(pinned, agent.name(), changes, keeping);
    }

    /** Operations that were not there before; what is kept of others stays, since others may hold grants of them. */
    private static Map<String, String> unkept(String tool, Map<String, String> all, PinnedTools pinned) {
        Map<String, String> unkept = new LinkedHashMap<>(all);
        unkept.keySet().removeIf(operation -> pinned.definition(tool, operation).isPresent());
        return unkept;
    }

    private static Optional<Change> change(Use use, PinnedTools pinned, Optional<Grant> before, String fresh) {
        String capability = use.tool() + "." + use.operation();
        Blob now = PinnedTools.hash(Optional.of(fresh));
        Optional<Blob> granted = before.flatMap(grant -> grant.caps().stream()
                .filter(cap -> cap.name().equals(capability))
                .map(Cap::definition)
                .filter(hash -> !hash.equals(Blob.EMPTY))
                .findFirst());
        if (granted.isPresent() && !granted.get().equals(now)) {
            return Optional.of(
                    new Change(capability, pinned.ofHash(use.tool(), use.operation(), granted.get()), fresh));
        }
        Optional<String> kept = pinned.definition(use.tool(), use.operation());
        return kept.filter(it -> !it.equals(fresh)).map(it -> new Change(capability, kept, fresh));
    }

    /** Whether the drivers say what the operation is. */
    static boolean isDefined(Tool tool) {
        return switch (tool) {
            case Tool.Model _, Tool.Embeddings _ -> false;
            case Tool.RemoteMcp _, Tool.LocalMcp _, Tool.Http _, Tool.BuiltIn _ -> true;
        };
    }

    /** Whether a server says what the operation is, and not {@code ambit.yaml} or Ambit itself. */
    private static boolean isForeign(Tool tool) {
        return switch (tool) {
            case Tool.RemoteMcp _, Tool.LocalMcp _ -> true;
            case Tool.Model _, Tool.Embeddings _, Tool.Http _, Tool.BuiltIn _ -> false;
        };
    }

    List<Change> changes() {
        return changes;
    }

    /** Where nobody looks, nothing that changed is granted. */
    void requireSame(String principal) {
        if (changes.isEmpty()) {
            return;
        }
        String which = changes.stream()
                .map(change -> "'" + Terminal.plain(change.capability()) + "' (its "
                        + change.members().stream().map(Terminal::plain).collect(Collectors.joining(", ")) + ")")
                .collect(Collectors.joining(", "));
        throw Failure.denied(
                "the server describes " + which
                        + " otherwise than when it was granted, so no grant is issued by itself",
                "'ambit grant " + principal + " " + agent + "' shows what changed, and asks");
    }

    /** Keeps what was found, with what changed. */
    void keep() {
        keeping.forEach(pinned::keep);
    }

    private static Json object(String definition) {
        try {
            return Json.parse(Blob.of(definition.getBytes(StandardCharsets.UTF_8)));
        } catch (MalformedException e) {
            throw new IllegalStateException("a definition that was read before is no JSON", e);
        }
    }

    private static Map<String, Json> members(String definition) {
        return object(definition) instanceof Json.Obj(Map<String, Json> members) ? members : Map.of();
    }
}
