package ambit.drivers;

import ambit.drivers.memory.ContextMemory;
import ambit.drivers.memory.MemoryDriver;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.embedding.EndpointEmbedding;
import ambit.retrieval.embedding.OnFirstUse;
import ambit.retrieval.index.IndexFailure;
import ambit.retrieval.index.Indexes;
import ambit.retrieval.index.Writing;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** The retriever's part of the process: all indexes, and what turns texts into vectors. Safe for use by several threads. */
final class Retrieval implements AutoCloseable {
    /** Plaintext of mapped namespaces' indexes that is kept in memory. */
    private static final long CACHE = 96L << 20;

    private static final int THREADS = 2;

    /** The model in the process, which is loaded when somebody needs it. */
    static final Embedding OWN = OnFirstUse.miniLm(THREADS);

    private final Optional<Indexes> indexes;

    private Retrieval(Optional<Indexes> indexes) {
        this.indexes = indexes;
    }

    /** Where no retriever is configured. */
    static Retrieval none() {
        return new Retrieval(Optional.empty());
    }

    /** Opens the indexes in {@code directory}, which this process alone may have open. */
    static Retrieval open(Path directory, Embedding embedding, MemoryDriver memory) throws DriverFailure {
        try {
            return new Retrieval(Optional.of(
                    new Indexes(directory, embedding, transaction -> wasCommitted(memory, transaction), CACHE)));
        } catch (IOException e) {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "the retriever does not start: " + Foreign.quote(String.valueOf(e.getMessage())),
                    e);
        }
    }

    private static boolean wasCommitted(MemoryDriver memory, String transaction) throws IndexFailure {
        try {
            return memory.wasCommitted(transaction);
        } catch (DriverFailure e) {
            throw new IndexFailure(e.code(), e.sentence());
        }
    }

    /** The endpoint that the configuration names. */
    static Embedding embedding(ToolConfig.Retriever config, Supplier<String> credential) {
        return new EndpointEmbedding(
                config.endpoint(),
                config.model(),
                config.dimensions(),
                credential,
                config.limits().total());
    }

    /** What a context may search and change. */
    ContextRetriever context(CoreToDriver.MapContext command, ContextMemory memory) {
        return new ContextRetriever(
                indexes,
                command.context(),
                command.transaction(),
                command.entries(),
                memory.chunks(),
                () -> writing(command, memory));
    }

    private static Writing writing(CoreToDriver.MapContext command, ContextMemory memory) {
        return new Writing(command.transaction(), command.agent(), command.principal(), memory.nowMs(), memory.label());
    }

    /** How many namespaces are open. */
    int open() {
        return indexes.map(Indexes::size).orElse(0);
    }

    /** Waits until what was committed to a partition can be seen. */
    void await(Blob partition) {
        indexes.ifPresent(it -> it.await(partition));
    }

    /** Destroys the index of a partition that nobody maps any more. */
    void forget(Blob partition) throws DriverFailure {
        try {
            if (indexes.isPresent()) {
                indexes.get().forget(partition);
            }
        } catch (IndexFailure e) {
            throw new DriverFailure(e.code(), e.sentence(), e);
        }
    }

    @Override
    public void close() {
        indexes.ifPresent(Indexes::close);
    }
}
