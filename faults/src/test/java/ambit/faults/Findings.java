package ambit.faults;

import ambit.audit.LogVerifier;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.log.entry.Entry;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All that a kernel knows of what was committed: asked through it, as a transaction may, and read in its log. */
final class Findings {
    /** A version of a key that a transaction wrote. */
    record Written(String key, long version) {}

    /** How the log says that a transaction ended. */
    record Ending(boolean committed, boolean recovered, List<Entry.Written> verdicts) {}

    private final Map<String, Long> listed = new HashMap<>();
    private final Map<String, Set<Written>> shared = new HashMap<>();
    private final Set<String> sources = new HashSet<>();
    private final Map<String, Ending> endings = new HashMap<>();
    private final MemorySession session;
    private final Admitted reader;
    private Optional<String> unreadable = Optional.empty();

    private Findings(MemorySession session, Admitted reader) {
        this.session = session;
        this.reader = reader;
    }

    static Findings of(MemoryKernel kernel, Commits.Account account, MemorySession session)
            throws IOException, MemorySession.Refused {
        Findings findings = new Findings(session, session.begin(account.tenant, account.usual));
        findings.list();
        for (int i = 0; i < Deed.SHARED_KEYS; i++) {
            findings.history(Deed.SHARED + "s" + i);
        }
        findings.documents();
        findings.log(kernel);
        return findings;
    }

    private void list() throws IOException, MemorySession.Refused {
        String after = "";
        boolean more = true;
        while (more) {
            String from = after.isEmpty() ? "" : ",\"after\":" + Json.quote(after);
            Json page = session.call(reader, "memory.list", "{\"namespace\":\"user/notes\"" + from + "}");
            for (Json entry : items(page, "entries")) {
                after = text(entry, "key");
                listed.put(after, number(entry, "version"));
            }
            more = member(page, "more") instanceof Json.Bool(boolean yes) && yes;
        }
    }

    private void history(String key) throws IOException, MemorySession.Refused {
        Json answer = session.call(reader, "memory.history", "{\"key\":" + Json.quote(key) + "}");
        for (Json version : items(answer, "versions")) {
            if (!text(version, "state").equals("committed")) {
                throw new IOException("a version is neither committed nor absent: " + version);
            }
            shared.computeIfAbsent(writer(version), _ -> new HashSet<>())
                    .add(new Written(key, number(version, "version")));
        }
    }

    private static String writer(Json version) {
        return member(version, "writer") instanceof Json.Obj writer
                ? text(writer, "transaction")
                : text(version, "writer");
    }

    /** Where the index does not open memory can be looked at all the same. */
    private void documents() throws IOException {
        try {
            listDocuments();
        } catch (MemorySession.Refused e) {
            unreadable = Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void listDocuments() throws IOException, MemorySession.Refused {
        String after = "";
        boolean more = true;
        while (more) {
            Json page = session.call(
                    reader,
                    "retriever.sources",
                    "{\"namespace\":\"%s\",\"after\":\"%s\"}".formatted(Deed.DOCUMENTS, after));
            for (Json source : items(page, "sources")) {
                after = text(source, "source");
                sources.add(after);
            }
            more = member(page, "more") instanceof Json.Bool(boolean yes) && yes;
        }
    }

    private void log(MemoryKernel kernel) throws IOException {
        Set<String> recovered = new HashSet<>();
        LogVerifier.Result result = LogVerifier.read(
                kernel.state().resolve("log"), PublicKeyFile.read(kernel.state().resolve("core.pub")), (_, entry) -> {
                    if (entry instanceof Entry.Recovered known) {
                        recovered.add(known.transaction());
                    } else if (entry instanceof Entry.Ended end) {
                        endings.put(
                                end.transaction(),
                                new Ending(
                                        end.how() == End.SUCCESS.number(),
                                        recovered.contains(end.transaction()),
                                        end.verdicts()));
                    }
                });
        if (result instanceof LogVerifier.Broken(String sentence)) {
            throw new IOException(sentence);
        }
    }

    Set<String> keys() {
        return Set.copyOf(listed.keySet());
    }

    Optional<Ending> ending(Deed deed) {
        return Optional.ofNullable(endings.get(deed.transaction()));
    }

    /** Why no document can be looked at. */
    Optional<String> unreadable() {
        return unreadable;
    }

    boolean hasDocument(Deed deed) {
        return sources.contains(deed.source());
    }

    /** Everything of a transaction that counts or ever counted in memory, without documents. */
    Set<Written> of(Deed deed) {
        Set<Written> found = new HashSet<>(shared.getOrDefault(deed.transaction(), Set.of()));
        for (String key : deed.keys(Deed.OWN)) {
            Long version = listed.get(key);
            if (version != null) {
                found.add(new Written(key, version));
            }
        }
        return found;
    }

    /** The version of a shared key that counts, by the transaction that wrote it. */
    Optional<Written> newest(Deed deed) {
        return shared.getOrDefault(deed.transaction(), Set.of()).stream()
                .filter(written -> shared.values().stream()
                        .flatMap(Set::stream)
                        .noneMatch(it -> it.key().equals(written.key()) && it.version() > written.version()))
                .max(Comparator.comparingLong(Written::version));
    }

    Json read(String key) throws IOException, MemorySession.Refused {
        return session.read(reader, key);
    }

    /** Whether a search for its word shows its document, and nobody else's. */
    boolean isFound(Deed deed) throws IOException, MemorySession.Refused {
        Json answer = session.call(
                reader,
                "retriever.search",
                "{\"query\":\"%s\",\"mode\":\"words\",\"k\":3,\"namespaces\":[\"%s\"]}"
                        .formatted(deed.word.orElseThrow(), Deed.DOCUMENTS));
        List<Json> chunks = items(answer, "chunks");
        if (chunks.size() > 1
                || chunks.stream().anyMatch(chunk -> !text(chunk, "source").equals(deed.source()))) {
            throw new IOException("the word of one document is found in others: " + chunks);
        }
        return !chunks.isEmpty();
    }

    void end() throws IOException, MemorySession.Refused {
        session.end(reader, End.AGENT_FAILED);
    }

    /** Whether the log has the same of a key as its verdict. */
    static boolean isCode(Entry.Written written, Optional<Denial> denial) {
        return written.code() == denial.map(Denial::number).orElse(0);
    }

    private static Json member(Json json, String name) {
        return json instanceof Json.Obj(Map<String, Json> members)
                ? members.getOrDefault(name, new Json.Null())
                : new Json.Null();
    }

    private static String text(Json json, String name) {
        return member(json, name) instanceof Json.Str(String text) ? text : "";
    }

    private static long number(Json json, String name) {
        return member(json, name) instanceof Json.Int(long number) ? number : -1;
    }

    private static List<Json> items(Json json, String name) {
        return member(json, name) instanceof Json.Arr(List<Json> items) ? items : new ArrayList<>();
    }
}
