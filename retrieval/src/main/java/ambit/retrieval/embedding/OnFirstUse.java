package ambit.retrieval.embedding;

import java.util.List;
import java.util.Optional;

/** A model that takes time and memory to load, loaded when somebody first needs a vector. Safe for use by several threads. */
public final class OnFirstUse implements Embedding {
    /** Loads it. */
    @FunctionalInterface
    public interface Loader {
        Embedding load() throws EmbeddingFailure;
    }

    private final String name;
    private final int dimensions;
    private final Loader loader;
    private Optional<Embedding> loaded = Optional.empty();

    private OnFirstUse(String name, int dimensions, Loader loader) {
        this.name = name;
        this.dimensions = dimensions;
        this.loader = loader;
    }

    /** The quantised model in this process, on as many threads. */
    public static Embedding miniLm(int threads) {
        return new OnFirstUse(MiniLm.MODEL, MiniLm.DIMENSIONS, () -> MiniLm.load(threads));
    }

    private synchronized Embedding model() throws EmbeddingFailure {
        if (loaded.isEmpty()) {
            loaded = Optional.of(loader.load());
        }
        return loaded.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public List<float[]> embed(List<String> texts) throws EmbeddingFailure {
        return model().embed(texts);
    }

    @Override
    public synchronized void close() {
        loaded.ifPresent(Embedding::close);
        loaded = Optional.empty();
    }
}
