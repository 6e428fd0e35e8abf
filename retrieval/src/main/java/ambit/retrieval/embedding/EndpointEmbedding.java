package ambit.retrieval.embedding;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Any endpoint that speaks OpenAI's {@code /embeddings}. It sees every text that is indexed and every query: a tenant that must not
 * trust it with them takes the model in the process.
 */
public final class EndpointEmbedding implements Embedding {
    private static final int BATCH = 32;
    private static final long MAX_ANSWER = 64L << 20;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final URI address;
    private final String model;
    private final int dimensions;
    private final Supplier<String> credential;
    private final Duration timeOut;
    private final HttpClient client;

    /**
     * Describes it; nothing is sent yet.
     *
     * @param address such as {@code https://api.openai.com/v1}
     * @param dimensions what the model's vectors have
     * @param credential the bearer token, or empty
     */
    public EndpointEmbedding(URI address, String model, int dimensions, Supplier<String> credential, Duration timeOut) {
        this.address = URI.create(address + "/embeddings");
        this.model = model;
        this.dimensions = dimensions;
        this.credential = credential;
        this.timeOut = timeOut;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeOut)
                .build();
    }

    /** With the dimensions: a model that can shorten its vectors gives other ones then. */
    @Override
    public String name() {
        return model + "/" + dimensions;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public List<float[]> embed(List<String> texts) throws EmbeddingFailure {
        List<float[]> vectors = new ArrayList<>();
        for (int from = 0; from < texts.size(); from += BATCH) {
            vectors.addAll(ask(texts.subList(from, Math.min(texts.size(), from + BATCH))));
        }
        return vectors;
    }

    private List<float[]> ask(List<String> texts) throws EmbeddingFailure {
        try {
            byte[] body = MAPPER.writeValueAsBytes(Map.of("model", model, "input", texts, "encoding_format", "float"));
            HttpRequest.Builder request = HttpRequest.newBuilder(address)
                    .timeout(timeOut)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body));
            String secret = credential.get();
            if (!secret.isEmpty()) {
                request.header("Authorization", "Bearer " + secret);
            }
            HttpResponse<InputStream> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                if (response.statusCode() != 200) {
                    throw new EmbeddingFailure(address + " answers with status " + response.statusCode());
                }
                byte[] answer = in.readNBytes((int) MAX_ANSWER);
                return vectors(MAPPER.readTree(answer), texts.size());
            }
        } catch (IOException | JacksonException e) {
            throw new EmbeddingFailure(
                    address + " gives no embeddings: " + e.getClass().getSimpleName(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddingFailure(address + " was not waited for", e);
        }
    }

    private List<float[]> vectors(JsonNode answer, int count) throws EmbeddingFailure {
        float[][] vectors = new float[count][];
        for (JsonNode item : answer.path("data")) {
            JsonNode numbers = item.path("embedding");
            int index = item.path("index").asInt(-1);
            if (index < 0 || index >= count || numbers.size() != dimensions) {
                throw new EmbeddingFailure(address + " answers with vectors of " + numbers.size()
                        + " numbers, and ambit.yaml says " + dimensions);
            }
            float[] vector = new float[dimensions];
            for (int i = 0; i < dimensions; i++) {
                vector[i] = (float) numbers.get(i).asDouble();
            }
            vectors[index] = Vectors.unit(vector);
        }
        List<float[]> all = new ArrayList<>();
        for (float[] vector : vectors) {
            if (vector == null) {
                throw new EmbeddingFailure(address + " left a text without a vector");
            }
            all.add(vector);
        }
        return all;
    }

    @Override
    public void close() {
        client.close();
    }
}
