package ambit.cli;

import ambit.authority.signing.PublicKeys;
import ambit.cli.outcome.Failure;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.Syscall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A version of a memory entry, as the log tells of it: which transaction wrote it, and what that had called and read before it ended.
 *
 * @param calls of the transaction and its children, with what came of each
 */
record WrittenEntry(EntryName name, String transaction, Entry.Written verdict, List<Call> calls) {
    /** A permit for a call, and its outcome if it has one. */
    record Call(LogLine allowed, Optional<LogLine> outcome) {}

    void show(Terminal terminal) {
        calls.forEach(call -> {
            Entry.Allowed it = (Entry.Allowed) call.allowed().entry();
            terminal.result(
                    "  before it ended: " + what(it) + "  #" + call.allowed().index());
            terminal.result("      parameters with SHA-256 " + it.paramsDigest().toHex()
                    + call.outcome()
                            .map(line -> ((Entry.Outcome) line.entry()))
                            .map(out -> out.status() == 0
                                    ? ", result with SHA-256 "
                                            + out.resultDigest().toHex()
                                    : ", " + Sentences.denial(out.status()))
                            .orElse(", no outcome"));
        });
    }

    private static String what(Entry.Allowed it) {
        String capability = it.capability().isEmpty() ? "" : " " + Terminal.plain(it.capability());
        return Sentences.syscall(it.syscall()) + capability;
    }

    Json json(Why why) {
        return JsonText.object(
                "key", name.key(),
                "version", name.requiredVersion(),
                "transaction", transaction,
                "committed", verdict.committed(),
                "why", WhyJson.of(why),
                "calls",
                        calls.stream()
                                .map(call -> JsonText.object(
                                        "allowed", call.allowed().json(),
                                        "outcome",
                                                call.outcome()
                                                        .map(LogLine::json)
                                                        .orElse(new Json.Null())))
                                .toList());
    }

    /** Follows a verified log. */
    static final class Reader {
        private final EntryName wanted;
        private final Optional<Blob> principal;
        private final Map<String, Blob> principals = new HashMap<>();
        private final Map<Blob, String> contexts = new HashMap<>();
        private final Map<String, Entry.Written> writers = new LinkedHashMap<>();
        private final Map<Blob, Call> calls = new LinkedHashMap<>();

        /** @param principal whose namespaces; of all where nothing is said */
        Reader(EntryName wanted, Optional<Blob> principal) {
            this.wanted = wanted;
            this.principal = principal;
        }

        void take(long index, Entry entry) {
            switch (entry) {
                case Entry.Admitted it -> {
                    contexts.put(it.context(), it.transaction());
                    principals.put(it.transaction(), it.principal());
                }
                case Entry.Spawned it -> {
                    contexts.put(it.context(), it.transaction());
                    String parent = contexts.getOrDefault(it.parent(), "");
                    principals.put(it.transaction(), principals.getOrDefault(parent, Blob.EMPTY));
                }
                case Entry.Allowed it -> calls.put(it.permit(), new Call(new LogLine(index, it), Optional.empty()));
                case Entry.Outcome it ->
                    calls.computeIfPresent(
                            it.permit(), (_, call) -> new Call(call.allowed(), Optional.of(new LogLine(index, it))));
                case Entry.Wrote it -> written(it.context(), it.verdicts());
                case Entry.Ended it -> written(it.context(), it.verdicts());
                default -> {}
            }
        }

        private void written(Blob context, List<Entry.Written> verdicts) {
            String transaction = contexts.getOrDefault(context, "");
            boolean whose =
                    principal.isEmpty() || principal.get().equals(principals.getOrDefault(transaction, Blob.EMPTY));
            for (Entry.Written it : verdicts) {
                if (whose && it.key().equals(wanted.key()) && it.version() == wanted.requiredVersion()) {
                    writers.put(transaction, it);
                }
            }
        }

        /** The one version that is meant. */
        WrittenEntry entry(KeyRing keys) {
            if (writers.isEmpty()) {
                throw Failure.usage(
                        "the log knows of no transaction that wrote " + Terminal.plain(wanted.key()) + "@"
                                + wanted.requiredVersion(),
                        "'ambit memory history " + Terminal.plain(wanted.key()) + "' lists the versions");
            }
            if (writers.size() > 1) {
                throw ambiguous(keys);
            }
            Map.Entry<String, Entry.Written> one = writers.entrySet().iterator().next();
            String family = one.getKey().split("\\.", 2)[0];
            List<Call> before = new ArrayList<>();
            for (Call call : calls.values()) {
                Entry.Allowed it = (Entry.Allowed) call.allowed().entry();
                boolean its =
                        it.transaction().equals(family) || it.transaction().startsWith(family + ".");
                if (its && it.syscall() != Syscall.MEMORY_WRITE.number()) {
                    before.add(call);
                }
            }
            return new WrittenEntry(wanted, one.getKey(), one.getValue(), before);
        }

        private Failure ambiguous(KeyRing keys) {
            Set<String> names = new LinkedHashSet<>();
            writers.keySet().forEach(it -> {
                Blob key = principals.getOrDefault(it, Blob.EMPTY);
                names.add(keys.nameOf(key).orElse(PublicKeys.toLine(key)));
            });
            String what =
                    "several transactions wrote a " + Terminal.plain(wanted.key()) + "@" + wanted.requiredVersion();
            return names.size() > 1
                    ? Failure.usage(what + ", each to memory of its own", "--as " + String.join(" or --as ", names))
                    : Failure.usage(
                            what + " of their own",
                            "'ambit why' with one of them: " + String.join(", ", writers.keySet()));
        }
    }
}
