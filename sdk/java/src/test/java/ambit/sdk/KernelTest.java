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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KernelTest {
    /** The first public key of RFC 8032 §7.1. */
    private static final String KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    @TempDir
    Path directory;

    @Test
    void aToolCallSendsHandleAndTheParamsThatItsProofMustBeFor() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        Kernel kernel = answering("{\"ok\":true,\"result\":{\"a\":[1,\"]}\"]},\"proof\":\"x\"}", seen);
        assertThatThrownBy(() -> kernel.toolCall("h\"1", " {\"n\":1}\n"))
                .isInstanceOf(Unproved.class)
                .hasMessage("the answer is not proved to belong to this call: its proof is malformed");
        assertThat(seen.get())
                .startsWith("POST /syscall/tool_call HTTP/1.0\r\n")
                .endsWith("{\"handle\":\"h\\\"1\",\"params\":{\"n\":1}}");
    }

    @Test
    void whatTheKernelItselfAnswersNeedsAProofToo() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        Kernel kernel = answering("{\"ok\" : true, \"handles\":\n[{\"name\":\"a]}\\\"\"}] }", seen);
        assertThatThrownBy(kernel::handles)
                .isInstanceOf(Unproved.class)
                .hasMessage("the answer is not proved to belong to this call: it has no proof");
        assertThat(seen.get()).startsWith("GET /syscall/handles HTTP/1.0\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ok\":true,\"handles\":[],\"handles\":[1]}",
                "{\"ok\":true \"handles\":[]}",
                "{\"ok\":true,\"handles\",[]}",
                "{\"ok\\u00:true,\"handles\":[]}",
                "{\"\\u00\":true,\"handles\":[]}",
                "{\"\\uzzzz\":true,\"handles\":[]}",
                "[]",
            })
    void anAnswerThatIsNoObjectOfOneValueForEachNameIsAnError(String answer) throws Exception {
        Kernel kernel = answering(answer, new CompletableFuture<>());
        assertThatThrownBy(kernel::handles).isInstanceOf(IOException.class).isNotInstanceOf(Unproved.class);
    }

    @Test
    void whereTheKernelDoesNotSayWhoseProofsCountNothingIsAsked() {
        Kernel kernel =
                Kernel.in(Map.of("AMBIT_SOCKET", directory.resolve("nobody").toString()));
        assertThatThrownBy(() -> kernel.memoryWrite("k", "1")).isInstanceOf(Unproved.class);
        assertThatThrownBy(() -> kernel.pin(KEY).memoryWrite("k", "1")).isInstanceOf(Unproved.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "zz00000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            })
    void aKeyThatIsNotSoundCannotBePinned(String key) {
        Kernel kernel = Kernel.in(Map.of());
        assertThatThrownBy(() -> kernel.pin(key)).isInstanceOf(IllegalArgumentException.class);
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
        assertThatThrownBy(() -> kernel.memoryRead("k"))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(Unproved.class);
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
        return Kernel.in(
                Map.of("AMBIT_SOCKET", socket.toString(), "AMBIT_CORE_KEY", KEY, "AMBIT_CONTEXT", "00".repeat(16)));
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
