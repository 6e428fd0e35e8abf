package ambit.retrieval.embedding;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * all-MiniLM-L6-v2, quantised to 8 bits, on the CPU in this process: 384 dimensions, mean of the tokens, length 1. Texts of about the
 * same length go through the model together.
 *
 * <p>Its native code gets whole numbers of ours, never a byte that came from outside.
 */
public final class MiniLm implements Embedding {
    private static final String MODEL = "all-minilm-l6-v2-q";
    private static final int DIMENSIONS = 384;

    /** Tokens of one text; what comes after does not count. The model was trained with 128 and takes 512. */
    private static final int MOST_TOKENS = 256;

    /** Tokens, padding included, that go through the model at a time. */
    private static final int BATCH_TOKENS = 4096;

    private final WordPiece tokenizer;
    private final OrtEnvironment environment;
    private final OrtSession session;

    private MiniLm(WordPiece tokenizer, OrtEnvironment environment, OrtSession session) {
        this.tokenizer = tokenizer;
        this.environment = environment;
        this.session = session;
    }

    /**
     * Loads the model; takes a second or so.
     *
     * @param threads that one batch may use
     */
    public static MiniLm load(int threads) throws EmbeddingFailure {
        try {
            WordPiece tokenizer = new WordPiece(vocabulary());
            OrtEnvironment environment =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "ambit");
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setIntraOpNumThreads(threads);
                options.setInterOpNumThreads(1);
                options.addConfigEntry("session.intra_op.allow_spinning", "0");
                return new MiniLm(tokenizer, environment, environment.createSession(resource(MODEL + ".onnx"), options));
            }
        } catch (IOException | OrtException | UnsatisfiedLinkError e) {
            throw new EmbeddingFailure(
                    "the embedding model does not load (" + e.getMessage() + "); is there room in the drivers' /tmp?", e);
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = MiniLm.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("there is no " + name + " among the jars");
            }
            return in.readAllBytes();
        }
    }

    static Map<String, Integer> vocabulary() throws IOException {
        JsonNode words =
                JsonMapper.shared().readTree(resource(MODEL + "-tokenizer.json")).path("model").path("vocab");
        Map<String, Integer> vocabulary = new HashMap<>();
        words.properties().forEach(word -> vocabulary.put(word.getKey(), word.getValue().asInt()));
        return vocabulary;
    }

    @Override
    public String name() {
        return MODEL;
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public List<float[]> embed(List<String> texts) throws EmbeddingFailure {
        List<int[]> tokens = texts.stream()
                .map(text -> tokenizer.encode(text, MOST_TOKENS))
                .toList();
        List<Integer> order = new ArrayList<>(IntStream.range(0, tokens.size()).boxed().toList());
        order.sort(Comparator.comparingInt(index -> tokens.get(index).length));
        float[][] vectors = new float[texts.size()][];
        for (int from = 0; from < order.size(); ) {
            int to = from + 1;
            while (to < order.size() && (to - from + 1) * tokens.get(order.get(to)).length <= BATCH_TOKENS) {
                to++;
            }
            List<Integer> batch = order.subList(from, to);
            List<float[]> done = run(batch.stream().map(tokens::get).toList());
            for (int i = 0; i < batch.size(); i++) {
                vectors[batch.get(i)] = done.get(i);
            }
            from = to;
        }
        return Arrays.asList(vectors);
    }

    /** One pass; the last text is the longest. */
    private List<float[]> run(List<int[]> batch) throws EmbeddingFailure {
        int width = batch.getLast().length;
        long[] ids = new long[batch.size() * width];
        long[] mask = new long[ids.length];
        for (int row = 0; row < batch.size(); row++) {
            int[] tokens = batch.get(row);
            for (int i = 0; i < tokens.length; i++) {
                ids[row * width + i] = tokens[i];
                mask[row * width + i] = 1;
            }
        }
        long[] shape = {batch.size(), width};
        try (OnnxTensor input = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor attention = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
                OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[ids.length]), shape);
                OrtSession.Result result = session.run(
                        Map.of("input_ids", input, "attention_mask", attention, "token_type_ids", types))) {
            float[][][] states = (float[][][]) result.get(0).getValue();
            List<float[]> vectors = new ArrayList<>();
            for (int row = 0; row < batch.size(); row++) {
                vectors.add(mean(states[row], batch.get(row).length));
            }
            return vectors;
        } catch (OrtException e) {
            throw new EmbeddingFailure("the embedding model failed: " + e.getMessage(), e);
        }
    }

    private static float[] mean(float[][] states, int tokens) {
        float[] mean = new float[DIMENSIONS];
        for (int i = 0; i < tokens; i++) {
            for (int d = 0; d < DIMENSIONS; d++) {
                mean[d] += states[i][d];
            }
        }
        return Vectors.unit(mean);
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("the session of the embedding model does not close", e);
        }
    }
}
