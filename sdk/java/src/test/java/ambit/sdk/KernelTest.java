package ambit.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KernelTest {
    @TempDir
    Path directory;

    @Test
    void aToolCallSendsHandleAndParamsAndGivesTheRawResult() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        Kernel kernel = answering("{\"ok\":true,\"result\":{\"a\":[1,\"]}\"]},\"proof\":\"x\"}", seen);
        assertThat(kernel.toolCall("h\"1", "{\"n\":1}")).isEqualTo("{\"a\":[1,\"]}\"]}");
        assertThat(seen.get())
                .startsWith("POST /syscall/tool_call HTTP/1.0\r\n")
                .endsWith("{\"handle\":\"h\\\"1\",\"params\":{\"n\":1}}");
    }

    @Test
    void aRefusalIsThrownWithItsCodeAndSentence() throws Exception {
        Kernel kernel = answering(
                "{\"ok\":false,\"code\":\"CONSTRAINT\",\"sentence\":\"path must lie under \\\"/docs\\\"\"}",
                new CompletableFuture<>());
        assertThatThrownBy(() -> kernel.memoryRead("k"))
                .isInstanceOfSatisfying(
                        Denied.class, denied -> assertThat(denied.code()).isEqualTo("CONSTRAINT"))
                .hasMessage("path must lie under \"/docs\"");
    }

    @Test
    void aTruncatedAnswerIsAnErrorAndNotAnEmptyResult() throws Exception {
        Kernel kernel = answering("{\"ok\":true,\"value\":[1", new CompletableFuture<>());
        assertThatThrownBy(() -> kernel.memoryRead("k")).isInstanceOf(IOException.class);
    }

    /** A kernel that answers one request with a body. */
    private Kernel answering(String body, CompletableFuture<String> seen) throws IOException {
        Path socket = directory.resolve("kernel.sock");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().start(() -> {
            try (server;
                    SocketChannel peer = server.accept()) {
                ByteBuffer buffer = ByteBuffer.allocate(4096);
                String request = "";
                do {
                    peer.read(buffer);
                    request = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
                } while (!isWhole(request));
                seen.complete(request);
                String answer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body;
                peer.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                seen.completeExceptionally(e);
            }
        });
        return new Kernel(socket);
    }

    private static boolean isWhole(String request) {
        int end = request.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        int length = Integer.parseInt(
                request.replaceAll("(?s).*Content-Length: (\\d+).*", "$1").strip());
        return request.length() - end - 4 >= length;
    }
}
