package ambit.retrieval.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointEmbeddingTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> secrets = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile int wanted;
    private volatile String vector = "[3,4]";
    private HttpServer server;
    private EndpointEmbedding embedding;

    @BeforeEach
    void open() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/embeddings", exchange -> {
            asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            secrets.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            StringBuilder data = new StringBuilder();
            for (int i = wanted - 1; i >= 0; i--) {
                data.append(data.isEmpty() ? "" : ",").append("{\"index\":%d,\"embedding\":%s}".formatted(i, vector));
            }
            byte[] answer = ("{\"data\":[" + data + "]}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
        embedding = new EndpointEmbedding(address, "m", 2, () -> "s3cret", Duration.ofSeconds(5));
    }

    @AfterEach
    void close() {
        embedding.close();
        server.stop(0);
    }

    @Test
    void textsAreSentInBatchesAndVectorsComeBackWithLengthOne() throws Exception {
        wanted = 32;
        List<float[]> vectors = embedding.embed(Collections.nCopies(64, "a \"heron\""));
        assertThat(vectors).hasSize(64).allSatisfy(it -> assertThat(it).containsExactly(0.6f, 0.8f));
        assertThat(asked).hasSize(2).allSatisfy(it -> assertThat(it).contains("\"model\":\"m\"", "a \\\"heron\\\""));
        assertThat(secrets).containsOnly("Bearer s3cret");
    }

    @Test
    void whatIsNoAnswerIsNoVector() {
        wanted = 1;
        vector = "[1,2,3]";
        assertThatThrownBy(() -> embedding.embed(List.of("a")))
                .isInstanceOf(EmbeddingFailure.class)
                .hasMessageContaining("vectors of 3 numbers");
        vector = "[1,2]";
        assertThatThrownBy(() -> embedding.embed(List.of("a", "b")))
                .isInstanceOf(EmbeddingFailure.class)
                .hasMessageContaining("without a vector");
        status = 401;
        assertThatThrownBy(() -> embedding.embed(List.of("a")))
                .isInstanceOf(EmbeddingFailure.class)
                .hasMessageContaining("status 401")
                .hasMessageNotContaining("s3cret");
        server.stop(0);
        assertThatThrownBy(() -> embedding.embed(List.of("a"))).isInstanceOf(EmbeddingFailure.class);
    }
}
