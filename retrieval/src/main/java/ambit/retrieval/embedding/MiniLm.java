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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * all-MiniLM-L6-v2, quantised to 8 bits, on the CPU in this process: 384 dimensions, mean of the tokens, length 1.
 *
 * <p>The texts of a batch run beside each other, one to a thread, and not in one tensor: quantisation looks at the whole tensor, so the
 * vector of a text would depend on the others (their inner product with the one it has alone fell to 0.984), and it was not faster.
 *
 * <p>Its native code gets whole numbers of ours, never a byte that came from outside.
 */
public final class MiniLm implements Embedding {
    static final String MODEL = "all-minilm-l6-v2-q";
    static final int DIMENSIONS = 384;

    /** Tokens of one text; what comes after does not count. The model was trained with 128 and takes 512. */
    private static final int MOST_TOKENS = 256;

    private final WordPiece tokenizer;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final ExecutorService workers;

    private MiniLm(WordPiece tokenizer, OrtEnvironment environment, OrtSession session, int threads) {
        this.tokenizer = tokenizer;
        this.environment = environment;
        this.session = session;
        this.workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("embedding-", 0).factory());
    }

    /**
     * Loads the model; takes a second or so.
     *
     * @param threads how many texts are embedded at a time
     */
    public static MiniLm load(int threads) throws EmbeddingFailure {
        try {
            WordPiece tokenizer = new WordPiece(vocabulary());
            OrtEnvironment environment =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "ambit");
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setIntraOpNumThreads(1);
                options.setInterOpNumThreads(1);
                return new MiniLm(
                        tokenizer, environment, environment.createSession(resource(MODEL + ".onnx"), options), threads);
            }
        } catch (IOException | OrtException | UnsatisfiedLinkError e) {
            throw new EmbeddingFailure(
                    "the embedding model does not load (" + e.getMessage() + "); is there room in the drivers' /tmp?",
                    e);
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
        JsonNode words = JsonMapper.shared()
                .readTree(resource(MODEL + "-tokenizer.json"))
                .path("model")
                .path("vocab");
        Map<String, Integer> vocabulary = new HashMap<>();
        words.properties()
                .forEach(word -> vocabulary.put(word.getKey(), word.getValue().asInt()));
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
        List<Future<float[]>> running = texts.stream()
                .map(text -> workers.submit(() -> run(tokenizer.encode(text, MOST_TOKENS))))
                .toList();
        List<float[]> vectors = new ArrayList<>();
        try {
            for (Future<float[]> one : running) {
                vectors.add(one.get());
            }
            return vectors;
        } catch (ExecutionException e) {
            throw new EmbeddingFailure("the embedding model failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddingFailure("the embedding model was not waited for", e);
        } finally {
            running.forEach(one -> one.cancel(false));
        }
    }

    private float[] run(int[] tokens) throws OrtException {
        long[] ids = Arrays.stream(tokens).asLongStream().toArray();
        long[] mask = new long[ids.length];
        Arrays.fill(mask, 1);
        long[] shape = {1, ids.length};
        try (OnnxTensor input = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor attention = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
                OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[ids.length]), shape);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", input, "attention_mask", attention, "token_type_ids", types))) {
            float[][][] states = (float[][][]) result.get(0).getValue();
            return mean(states[0]);
        }
    }

    private static float[] mean(float[][] states) {
        float[] mean = new float[DIMENSIONS];
        for (float[] state : states) {
            for (int d = 0; d < DIMENSIONS; d++) {
                mean[d] += state[d];
            }
        }
        return Vectors.unit(mean);
    }

    @Override
    public void close() {
        workers.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("the session of the embedding model does not close", e);
        }
    }
}
