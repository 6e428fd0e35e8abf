package ambit.cli;

import ambit.audit.scope.Chunk;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Adds documents to a namespace, in one transaction after the other. Used by one thread. */
final class Ingest implements AutoCloseable {
    /** Documents and chunks of one transaction, so that an interruption loses little. */
    private static final int SOURCES = 64;

    private static final int CHUNKS = 2000;

    /** Characters of JSON in one call, which may have a MiB. */
    private static final int CALL = 384 << 10;

    private final MemoryCommand memory;
    private final Terminal terminal;
    private final DocumentReader reader;
    private final String namespace;
    private final Map<String, Json> metadata;
    private final Map<String, String> known = new HashMap<>();
    private final boolean bar;
    private Optional<MemoryDesk> desk = Optional.empty();
    private int sources;
    private int chunks;
    private int added;
    private int unchanged;
    private int removed;
    private int skipped;
    private int allChunks;
    private boolean good = true;

    Ingest(
            MemoryCommand memory,
            Terminal terminal,
            DocumentReader reader,
            String namespace,
            Map<String, Json> metadata) {
        this.memory = memory;
        this.terminal = terminal;
        this.reader = reader;
        this.namespace = namespace;
        this.metadata = metadata;
        this.bar = Terminal.wantsColours(memory.main().environment());
    }

    /** Finds out what is there already. */
    void begin() {
        String after = "";
        boolean more = true;
        while (more) {
            Json page = desk().tool("retriever.sources", JsonText.object("namespace", namespace, "after", after));
            for (Json source : items(page, "sources")) {
                after = text(source, "source");
                known.put(after, text(source, "document"));
            }
            more = page instanceof Json.Obj(Map<String, Json> members)
                    && members.get("more") instanceof Json.Bool(boolean yes)
                    && yes;
        }
    }

    private static List<Json> items(Json json, String name) {
        return json instanceof Json.Obj(Map<String, Json> members)
                        && members.get(name) instanceof Json.Arr(List<Json> items)
                ? items
                : List.of();
    }

    private static String text(Json json, String name) {
        return json instanceof Json.Obj(Map<String, Json> members) && members.get(name) instanceof Json.Str(String text)
                ? text
                : "";
    }

    private MemoryDesk desk() {
        MemoryDesk present = desk.orElseGet(() -> memory.open("ingest", namespace));
        desk = Optional.of(present);
        return present;
    }

    /** Adds a file, unless it is there as it is. */
    void file(String name, Path file) {
        byte[] document;
        try {
            if (Files.size(file) > DocumentReader.MAX_BYTES) {
                skip(name, "it has more than 64 MiB");
                return;
            }
            document = Files.readAllBytes(file);
        } catch (IOException e) {
            skip(name, "it cannot be read");
            return;
        }
        String digest = digest(document);
        if (digest.equals(known.get(name))) {
            unchanged++;
            return;
        }
        switch (reader.read(name, document)) {
            case DocumentReader.Reading.Unknown _ -> skipped++;
            case DocumentReader.Reading.Unreadable(String why) -> skip(name, why);
            case DocumentReader.Reading.Chunks(List<Chunk> parts)
            when parts.isEmpty() -> skip(name, "it holds no text");
            case DocumentReader.Reading.Chunks(List<Chunk> parts) -> add(name, digest, parts);
        }
    }

    /** Of the document and of what is said of it: with other metadata it is another one. */
    private String digest(byte[] document) {
        Blob bytes = Blob.of(document);
        if (metadata.isEmpty()) {
            return bytes.sha256().toHex();
        }
        String both = bytes.sha256().toHex() + JsonText.write(new Json.Obj(metadata));
        return Blob.of(both.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .sha256()
                .toHex();
    }

    private void skip(String name, String why) {
        skipped++;
        clear();
        terminal.warn(Terminal.plain(name) + " is left out: " + why, "");
    }

    private void add(String name, String digest, List<Chunk> parts) {
        List<Json> call = new ArrayList<>();
        int size = 0;
        boolean continues = false;
        for (Chunk part : parts) {
            Json json = json(part);
            int length = JsonText.write(json).length();
            if (size + length > CALL) {
                send(name, digest, call, continues);
                continues = true;
                call.clear();
                size = 0;
            }
            call.add(json);
            size += length;
        }
        send(name, digest, call, continues);
        added++;
        sources++;
        chunks += parts.size();
        allChunks += parts.size();
        commitIfLarge();
    }

    private Json json(Chunk part) {
        return JsonText.object(
                "text", part.text(),
                "title", part.title(),
                "position",
                        Map.of(
                                "unit", part.position().unit(),
                                "from", part.position().from(),
                                "to", part.position().to()),
                "metadata", new Json.Obj(part.metadata()));
    }

    private void send(String name, String digest, List<Json> call, boolean continues) {
        desk().tool(
                        "retriever.add",
                        JsonText.object(
                                "namespace", namespace,
                                "source", name,
                                "document", digest,
                                "chunks", List.copyOf(call),
                                "metadata", new Json.Obj(metadata),
                                "continues", continues));
    }

    /** Removes the sources whose names begin so and that are not among those to be kept. */
    void removeOthers(List<String> prefixes, Set<String> kept) {
        for (String name : new TreeSet<>(known.keySet())) {
            if (!kept.contains(name) && prefixes.stream().anyMatch(name::startsWith)) {
                desk().tool("retriever.remove", JsonText.object("namespace", namespace, "source", name));
                removed++;
                sources++;
                commitIfLarge();
            }
        }
    }

    private void commitIfLarge() {
        if (sources >= SOURCES || chunks >= CHUNKS) {
            commit();
        }
    }

    private void commit() {
        if (desk.isEmpty()) {
            return;
        }
        try (MemoryDesk present = desk.get()) {
            for (Verdict verdict : present.end()) {
                if (!verdict.committed()) {
                    good = false;
                    Denial code = verdict.denial().orElse(Denial.INTERNAL);
                    clear();
                    terminal.error(
                            Terminal.plain(verdict.key()) + " is not committed: " + code + ", " + code.sentence(), "");
                }
            }
        }
        desk = Optional.empty();
        sources = 0;
        chunks = 0;
    }

    void progress(int done, int of) {
        if (bar) {
            int width = 30;
            int full = of == 0 ? width : (int) ((long) width * done / of);
            terminal.redraw("ambit: [" + "#".repeat(full) + ".".repeat(width - full) + "] " + done + "/" + of
                    + " documents, " + allChunks + " chunks");
        }
    }

    private void clear() {
        if (bar) {
            terminal.redraw("");
        }
    }

    /** Commits the rest and says what was done; whether all of it is committed. */
    boolean finish() {
        commit();
        clear();
        terminal.say(
                "ambit: " + namespace + ": " + Sentences.count(added, "document", "documents") + " added or replaced ("
                        + Sentences.count(allChunks, "chunk", "chunks") + "), " + unchanged + " unchanged, " + removed
                        + " removed, "
                        + skipped + " left out");
        return good;
    }

    @Override
    public void close() {
        desk.ifPresent(MemoryDesk::close);
    }
}
