package ambit.bench;

import ambit.retrieval.embedding.Embedding;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands in for the model where it would take hours: as many dimensions, a random direction for each word, their sum for a text. Texts
 * of one topic are near each other. Safe for use by several threads.
 */
final class MadeVectors implements Embedding {
    private static final int DIMENSIONS = 384;

    private final Map<String, float[]> directions = new ConcurrentHashMap<>();

    @Override
    public String name() {
        return "made-words";
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return texts.stream().map(this::vector).toList();
    }

    private float[] vector(String text) {
        float[] sum = new float[DIMENSIONS];
        for (String word : text.split("\\W+", -1)) {
            float[] direction = directions.computeIfAbsent(word, MadeVectors::direction);
            for (int i = 0; i < DIMENSIONS; i++) {
                sum[i] += direction[i];
            }
        }
        double square = 0;
        for (float one : sum) {
            square += one * one;
        }
        for (int i = 0; i < DIMENSIONS; i++) {
            sum[i] /= (float) Math.sqrt(square);
        }
        return sum;
    }

    private static float[] direction(String word) {
        Random random = new Random(word.hashCode());
        float[] direction = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            direction[i] = (float) random.nextGaussian();
        }
        return direction;
    }

    @Override
    public void close() {}
}
