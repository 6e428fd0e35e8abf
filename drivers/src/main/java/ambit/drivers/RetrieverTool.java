package ambit.drivers;

import ambit.audit.scope.Chunk;
import ambit.audit.scope.Scope;
import ambit.drivers.memory.Trust;
import ambit.retrieval.document.Documents;
import ambit.retrieval.document.Format;
import ambit.retrieval.document.Piece;
import ambit.retrieval.document.UnreadableDocument;
import ambit.retrieval.index.IndexFailure;
import ambit.retrieval.index.Kept;
import ambit.retrieval.index.Query;
import ambit.retrieval.index.Search;
import ambit.retrieval.index.Source;
import ambit.retrieval.index.Writing;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code search}, {@code add}, {@code remove} and {@code sources} on the namespaces of the calling context; docs/reference/retriever.md. */
final class RetrieverTool implements Effect {
    static final List<String> OPERATIONS = List.of("search", "add", "remove", "sources", "undo");

    private static final Map<String, ToolDefinition> DEFINITIONS = definitions();
    private static final int DEFAULT_K = 10;
    private static final int MAX_SOURCES = 1000;

    /** What the operations are, so that a grant can pin it. */
    static List<ToolDefinition> tools() {
        return List.copyOf(DEFINITIONS.values());
    }

    private static Map<String, ToolDefinition> definitions() {
        try (InputStream file = RetrieverTool.class.getResourceAsStream("retriever.json")) {
            if (file == null) {
                throw new IllegalStateException("the definitions of the retriever are missing from this build");
            }
            Map<String, ToolDefinition> definitions = new LinkedHashMap<>();
            if (Json.parse(Blob.of(file.readAllBytes())) instanceof Json.Arr(List<Json> items)) {
                for (Json item : items) {
                    ToolDefinition definition = ToolDefinition.parse(ToolConfig.RETRIEVER, CanonicalJson.encode(item));
                    definitions.put(definition.name(), definition);
                }
            }
            return definitions;
        } catch (IOException | DriverFailure e) {
            throw new IllegalStateException("the definitions of the retriever are damaged in this build", e);
        }
    }

    private static void requireUnchanged(Call call) throws DriverFailure {
        ToolDefinition now = DEFINITIONS.get(call.operation());
        if (!call.definition().isEmpty() && (now == null || !call.definition().equals(now.hash()))) {
            throw new DriverFailure(
                    Denial.TOOL_CHANGED,
                    "the retriever's '" + Foreign.quote(call.operation())
                            + "' is not what was granted; look at what it is now, then 'ambit grant PRINCIPAL AGENT'");
        }
    }

    @Override
    public Answer perform(Call call, Sink sink, Cancellation cancellation) throws DriverFailure {
        requireUnchanged(call);
        Arguments arguments = Arguments.parse(call.params());
        ContextRetriever retriever = call.context().retriever();
        try {
            return switch (call.operation()) {
                case "search" -> search(arguments, retriever, call.params().sha256());
                case "add" -> add(arguments, retriever, cancellation);
                case "remove" -> remove(arguments, retriever);
                case "sources" -> sources(arguments, retriever);
                case "undo" -> undo(arguments, call.context());
                default ->
                    throw new DriverFailure(
                            Denial.UNKNOWN_TOOL, "a retriever can " + String.join(", ", OPERATIONS) + ", nothing else");
            };
        } catch (IndexFailure e) {
            throw new DriverFailure(e.code(), e.sentence(), e);
        }
    }

    private static Answer search(Arguments arguments, ContextRetriever retriever, Blob params)
            throws DriverFailure, IndexFailure {
        arguments.allow("query", "k", "mode", "filter", "namespaces");
        Query query = Query.of(
                arguments.text("query"),
                arguments.number("k", DEFAULT_K),
                mode(arguments.optionalText("mode").orElse("hybrid")),
                arguments.optional("filter"));
        ContextRetriever.Found found = retriever.search(query, arguments.texts("namespaces"), params);
        List<Json> chunks = new ArrayList<>();
        for (int i = 0; i < found.hits().size(); i++) {
            chunks.add(chunk(found, i));
        }
        Json result = object("chunks", new Json.Arr(chunks), "scope", scope(found));
        return new Answer(
                200, CanonicalJson.encode(result), List.of(), found.tree().root());
    }

    private static Query.Mode mode(String name) throws DriverFailure {
        for (Query.Mode mode : Query.Mode.values()) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(name)) {
                return mode;
            }
        }
        throw new DriverFailure(Denial.MALFORMED, "the mode of a search is hybrid, words or meaning");
    }

    private static Json chunk(ContextRetriever.Found found, int index) {
        Search.Hit hit = found.hits().get(index);
        Chunk chunk = hit.chunk();
        BigDecimal score = new BigDecimal(hit.score()).round(new MathContext(6)).stripTrailingZeros();
        return object(
                "rank", new Json.Int(index + 1L),
                "text", new Json.Str(chunk.text()),
                "source", new Json.Str(chunk.source()),
                "title",
                        new Json.Arr(
                                chunk.title().stream().map(RetrieverTool::text).toList()),
                "position",
                        object(
                                "unit", new Json.Str(chunk.position().unit()),
                                "from", new Json.Int(chunk.position().from()),
                                "to", new Json.Int(chunk.position().to())),
                "metadata", new Json.Obj(chunk.metadata()),
                "score", new Json.Dec(score.toString()),
                "namespace",
                        new Json.Str(
                                found.scope().namespaces().get(hit.namespace()).mount()),
                "trust", Trust.told(hit.writing().map(Writing::label).orElse(0L)),
                "writer", writer(hit.writing()),
                "hash", hex(hit.hash()),
                "path", hashes(found.tree().path(index + 1)));
    }

    /** Who added a document, or {@code null} where nobody knows. */
    private static Json writer(Optional<Writing> writing) {
        return writing.<Json>map(by -> object(
                        "transaction", new Json.Str(by.transaction()),
                        "agent", new Json.Str(by.agent()),
                        "principal", hex(by.principal()),
                        "at", new Json.Int(by.atMs())))
                .orElse(new Json.Null());
    }

    private static Json scope(ContextRetriever.Found found) {
        Scope scope = found.scope();
        List<Json> namespaces = scope.namespaces().stream()
                .map(it -> object(
                        "mount", new Json.Str(it.mount()),
                        "partition", hex(it.partition()),
                        "snapshot", hex(it.snapshot())))
                .toList();
        return object(
                "domain", new Json.Str(Scope.DOMAIN),
                "namespaces", new Json.Arr(namespaces),
                "query", hex(scope.query()),
                "policy", hex(scope.policy()),
                "count", new Json.Int(scope.count()),
                "path", hashes(found.tree().path(0)),
                "root", hex(found.tree().root()));
    }

    private static Answer add(Arguments arguments, ContextRetriever retriever, Cancellation cancellation)
            throws DriverFailure, IndexFailure {
        arguments.allow("namespace", "source", "text", "format", "chunks", "metadata", "document", "continues");
        String source = arguments.text("source");
        Map<String, Json> metadata = arguments.object("metadata");
        Optional<String> text = arguments.optionalText("text");
        if (text.isPresent() == arguments.has("chunks")) {
            throw new DriverFailure(Denial.ARGUMENT_MISSING, "retriever.add takes either 'text' or 'chunks'");
        }
        List<Chunk> chunks = new ArrayList<>();
        if (text.isPresent()) {
            for (Piece piece :
                    pieces(text.get(), arguments.optionalText("format").orElse("text"))) {
                chunks.add(made(() -> piece.chunk(source, metadata)));
            }
        } else {
            for (Json chunk : arguments.array("chunks")) {
                chunks.add(given(Arguments.of(chunk), source, metadata));
            }
        }
        Blob document = arguments.has("document") ? arguments.hash("document") : digest(text.orElse(""), chunks);
        boolean changed = retriever.add(
                arguments.text("namespace"), source, document, chunks, arguments.flag("continues"), cancellation);
        return answer(object("chunks", new Json.Int(chunks.size()), "changed", new Json.Bool(changed)));
    }

    private static Blob digest(String text, List<Chunk> chunks) {
        return text.isEmpty()
                ? ambit.audit.scope.Snapshot.chunks(
                        chunks.stream().map(Chunk::hash).toList())
                : Blob.of(text.getBytes(StandardCharsets.UTF_8)).sha256();
    }

    private static List<Piece> pieces(String text, String format) throws DriverFailure {
        try {
            for (Format known : Format.values()) {
                if (known.isPlain() && known.name().toLowerCase(Locale.ROOT).equals(format)) {
                    return Documents.pieces(known, text.getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (UnreadableDocument e) {
            throw new DriverFailure(Denial.MALFORMED, "the text cannot be taken apart: " + e.getMessage(), e);
        }
        throw new DriverFailure(
                Denial.MALFORMED,
                "the format of a text is text, markdown, code or jsonl; other documents come with 'ambit memory ingest'");
    }

    private static Chunk given(Arguments chunk, String source, Map<String, Json> metadata) throws DriverFailure {
        chunk.allow("text", "title", "position", "metadata");
        Arguments position = Arguments.of(chunk.optional("position")
                .orElse(object("unit", new Json.Str("chunk"), "from", new Json.Int(1), "to", new Json.Int(1))));
        position.allow("unit", "from", "to");
        TreeMap<String, Json> all = new TreeMap<>(chunk.object("metadata"));
        all.putAll(metadata);
        if (all.containsKey("source")) {
            throw new DriverFailure(
                    Denial.MALFORMED, "no metadatum is called 'source'; filters know the source by that name");
        }
        String unit = position.text("unit");
        long from = position.number("from", 1);
        long to = position.number("to", 1);
        List<String> title = chunk.texts("title");
        String text = chunk.text("text");
        return made(() -> new Chunk(source, title, new Chunk.Position(unit, from, to), all, text));
    }

    /** A chunk that breaks a limit is the caller's mistake. */
    private static Chunk made(java.util.function.Supplier<Chunk> maker) throws DriverFailure {
        try {
            return maker.get();
        } catch (IllegalArgumentException e) {
            throw new DriverFailure(Denial.MALFORMED, "a chunk cannot be indexed: " + e.getMessage(), e);
        }
    }

    private static Answer remove(Arguments arguments, ContextRetriever retriever) throws DriverFailure, IndexFailure {
        arguments.allow("namespace", "source");
        boolean changed = retriever.remove(arguments.text("namespace"), arguments.text("source"));
        return answer(object("changed", new Json.Bool(changed)));
    }

    private static Answer sources(Arguments arguments, ContextRetriever retriever) throws DriverFailure, IndexFailure {
        arguments.allow("namespace", "after", "limit");
        long limit = arguments.number("limit", MAX_SOURCES);
        if (limit < 1 || limit > MAX_SOURCES) {
            throw new DriverFailure(Denial.MALFORMED, "at most " + MAX_SOURCES + " sources are listed at a time");
        }
        List<Kept> sources = retriever.sources(
                arguments.text("namespace"), arguments.optionalText("after").orElse(""), (int) limit);
        List<Json> list = sources.stream().map(RetrieverTool::source).toList();
        return answer(object("sources", new Json.Arr(list), "more", new Json.Bool(sources.size() == limit)));
    }

    private static Json source(Kept kept) {
        Source it = kept.source();
        return object(
                "source",
                new Json.Str(it.name()),
                "version",
                new Json.Int(it.version()),
                "document",
                hex(it.document()),
                "chunk_digest",
                hex(it.chunkDigest()),
                "chunks",
                new Json.Int(it.chunks()),
                "characters",
                new Json.Int(it.size()),
                "trust",
                Trust.told(kept.writing().map(Writing::label).orElse(0L)),
                "writer",
                writer(kept.writing()));
    }

    private static Answer undo(Arguments arguments, LiveContext context) throws DriverFailure, IndexFailure {
        arguments.allow("transaction", "dry-run");
        String transaction = arguments.text("transaction");
        boolean dryRun = arguments.flag("dry-run");
        if (transaction.isEmpty()) {
            throw new DriverFailure(Denial.ARGUMENT_MISSING, "the argument 'transaction' is empty");
        }
        if (!dryRun) {
            context.memory().refuseLive(transaction);
        }
        List<Json> list = new ArrayList<>();
        context.retriever()
                .undo(transaction, dryRun)
                .forEach((namespace, theirs) -> theirs.forEach(kept -> list.add(object(
                        "namespace", new Json.Str(namespace),
                        "source", new Json.Str(kept.source().name()),
                        "version", new Json.Int(kept.source().version()),
                        "writer", writer(kept.writing())))));
        List<Json> shown = list.subList(0, Math.min(MAX_SOURCES, list.size()));
        return answer(object(
                "transaction", new Json.Str(transaction),
                "dry-run", new Json.Bool(dryRun),
                "count", new Json.Int(list.size()),
                "removed", new Json.Arr(shown),
                "more", new Json.Bool(shown.size() < list.size())));
    }

    private static Answer answer(Json json) {
        return new Answer(200, CanonicalJson.encode(json));
    }

    private static Json text(String value) {
        return new Json.Str(value);
    }

    private static Json hex(Blob hash) {
        return new Json.Str(hash.toHex());
    }

    private static Json hashes(List<Blob> hashes) {
        return new Json.Arr(hashes.stream().map(RetrieverTool::hex).toList());
    }

    /** Names and values in turn. */
    private static Json object(Object... members) {
        Map<String, Json> object = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            object.put((String) members[i], (Json) members[i + 1]);
        }
        return new Json.Obj(object);
    }

    /** The members of a JSON object, asked for by name and kind. */
    private record Arguments(Map<String, Json> members) {
        static Arguments parse(Blob params) throws DriverFailure {
            try {
                return of(Json.parse(params));
            } catch (MalformedException e) {
                throw new DriverFailure(Denial.MALFORMED, "the parameters are not strict JSON: " + e.getMessage(), e);
            }
        }

        static Arguments of(Json json) throws DriverFailure {
            if (json instanceof Json.Obj(Map<String, Json> members)) {
                return new Arguments(members);
            }
            throw new DriverFailure(Denial.MALFORMED, "the retriever takes objects");
        }

        void allow(String... names) throws DriverFailure {
            for (String name : members.keySet()) {
                if (!List.of(names).contains(name)) {
                    throw new DriverFailure(
                            Denial.MALFORMED,
                            "the retriever knows no '" + Foreign.quote(name) + "' here; it takes "
                                    + String.join(", ", names));
                }
            }
        }

        boolean has(String name) {
            return members.containsKey(name);
        }

        Optional<Json> optional(String name) {
            return Optional.ofNullable(members.get(name));
        }

        String text(String name) throws DriverFailure {
            return optionalText(name)
                    .orElseThrow(() ->
                            new DriverFailure(Denial.ARGUMENT_MISSING, "the retriever needs the text '" + name + "'"));
        }

        Optional<String> optionalText(String name) throws DriverFailure {
            Json value = members.get(name);
            if (value == null) {
                return Optional.empty();
            }
            if (value instanceof Json.Str(String text)) {
                return Optional.of(text);
            }
            throw wrong(name, "a text");
        }

        long number(String name, long otherwise) throws DriverFailure {
            Json value = members.get(name);
            if (value == null) {
                return otherwise;
            }
            if (value instanceof Json.Int(long number)) {
                return number;
            }
            throw wrong(name, "a whole number");
        }

        boolean flag(String name) throws DriverFailure {
            Json value = members.get(name);
            if (value == null) {
                return false;
            }
            if (value instanceof Json.Bool(boolean yes)) {
                return yes;
            }
            throw wrong(name, "true or false");
        }

        List<Json> array(String name) throws DriverFailure {
            Json value = members.get(name);
            if (value == null) {
                return List.of();
            }
            if (value instanceof Json.Arr(List<Json> items)) {
                return items;
            }
            throw wrong(name, "an array");
        }

        List<String> texts(String name) throws DriverFailure {
            List<String> texts = new ArrayList<>();
            for (Json item : array(name)) {
                if (!(item instanceof Json.Str(String text))) {
                    throw wrong(name, "an array of texts");
                }
                texts.add(text);
            }
            return texts;
        }

        Map<String, Json> object(String name) throws DriverFailure {
            Json value = members.get(name);
            if (value == null) {
                return Map.of();
            }
            if (value instanceof Json.Obj(Map<String, Json> object)) {
                return object;
            }
            throw wrong(name, "an object");
        }

        Blob hash(String name) throws DriverFailure {
            String hex = text(name);
            if (!hex.matches("[0-9a-f]{64}")) {
                throw wrong(name, "a SHA-256 in hexadecimal digits");
            }
            return Blob.fromHex(hex);
        }

        private static DriverFailure wrong(String name, String kind) {
            return new DriverFailure(Denial.MALFORMED, "the retriever's '" + name + "' is " + kind);
        }
    }
}
