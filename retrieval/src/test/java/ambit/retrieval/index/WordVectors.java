package ambit.retrieval.index;

import ambit.retrieval.embedding.Embedding;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/** Vectors of hashed words: fast, and near where words are shared. */
final class WordVectors implements Embedding {
    private static final int DIMENSIONS = 64;

    private final IntConsumer before;

    WordVectors() {
        this(_ -> {});
    }

    /** @param before is told how many texts come next */
    WordVectors(IntConsumer before) {
        this.before = before;
    }

    @Override
    public String name() {
        return "hashed-words";
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        before.accept(texts.size());
        return texts.stream().map(WordVectors::vector).toList();
    }

    private static float[] vector(String text) {
        float[] vector = new float[DIMENSIONS];
        vector[0] = 1e-3f;
        for (String word : text.toLowerCase(Locale.ROOT).split("\\W+", -1)) {
            int hash = word.hashCode() * 0x9e3779b9;
            vector[hash >>> 26] += (hash & 1) == 0 ? 1 : -1;
        }
        double length = 0;
        for (float component : vector) {
            length += component * component;
        }
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) (vector[i] / Math.sqrt(length));
        }
        return vector;
    }

    @Override
    public void close() {}
}
