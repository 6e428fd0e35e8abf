package ambit.sdk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * The five syscalls of Ambit for Java guests. Parameters, values and results are JSON texts, to be read and written with the
 * guest's own JSON library; nothing is required besides the JDK. Thread-safe: each call uses a connection of its own.
 *
 * <p>Every method throws {@link Denied} when the kernel refuses, and {@link IOException} when there is no kernel to ask or its
 * answer cannot be read.
 */
public final class Kernel {
    private static final int MAX_ANSWER = 16 << 20;

    private final Path socket;

    /** The kernel behind a Unix socket. */
    public Kernel(Path socket) {
        this.socket = socket;
    }

    /** The kernel of this context: the socket that {@code AMBIT_SOCKET} names, or {@code /run/kernel.sock}. */
    public static Kernel ofThisContext() {
        return new Kernel(Path.of(System.getenv().getOrDefault("AMBIT_SOCKET", "/run/kernel.sock")));
    }

    /** The capabilities of this context: a JSON array of objects with name, handle and usesLeft. */
    public String handles() throws IOException, Denied {
        return exchange("GET", "/syscall/handles", "", "handles");
    }

    /**
     * Calls the tool, model or child behind a handle.
     *
     * @param params a JSON object
     * @return the result as JSON
     */
    public String toolCall(String handle, String params) throws IOException, Denied {
        String body = "{\"handle\":" + RawJson.quote(handle) + ",\"params\":" + params + "}";
        return exchange("POST", "/syscall/tool_call", body, "result");
    }

    /** The JSON value stored under a key; own writes of this transaction are seen. */
    public String memoryRead(String key) throws IOException, Denied {
        return exchange("POST", "/syscall/memory_read", "{\"key\":" + RawJson.quote(key) + "}", "value");
    }

    /** Stages a JSON value; it is verified and kept when the transaction ends well, and dropped otherwise. */
    public void memoryWrite(String key, String value) throws IOException, Denied {
        String body = "{\"key\":" + RawJson.quote(key) + ",\"value\":" + value + "}";
        exchange("POST", "/syscall/memory_write", body, "ok");
    }

    /**
     * Starts another agent with less authority.
     *
     * @param input what the child gets as its last argument
     * @param narrow a JSON object of further restrictions by capability name; {@code {}} for none
     * @return the handle whose {@link #toolCall} gives the child's result
     */
    public String spawnChild(String handle, String input, String narrow) throws IOException, Denied {
        String body = "{\"handle\":" + RawJson.quote(handle) + ",\"input\":" + RawJson.quote(input) + ",\"narrow\":"
                + narrow + "}";
        return RawJson.unquote(exchange("POST", "/syscall/spawn_child", body, "handle"));
    }

    /** Adds an event, a JSON value, to the audit log. */
    public void log(String event) throws IOException, Denied {
        exchange("POST", "/syscall/log", "{\"event\":" + event + "}", "ok");
    }

    private String exchange(String method, String path, String body, String member) throws IOException, Denied {
        Map<String, String> answer = RawJson.members(content(request(method, path, body)));
        if (!"true".equals(answer.get("ok"))) {
            throw new Denied(
                    RawJson.unquote(answer.getOrDefault("code", "\"INTERNAL\"")),
                    RawJson.unquote(answer.getOrDefault("sentence", "\"the kernel gave no reason\"")));
        }
        String value = answer.get(member);
        if (value == null) {
            throw new IOException(path + ": the kernel's answer has no \"" + member + "\"");
        }
        return value;
    }

    /** The whole answer, headers included. HTTP/1.0, so that it ends with the connection and is never chunked. */
    private byte[] request(String method, String path, String body) throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + content.length + "\r\n\r\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            write(channel, head.getBytes(StandardCharsets.US_ASCII));
            write(channel, content);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            try (java.io.InputStream in = Channels.newInputStream(channel)) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (answer.size() + n > MAX_ANSWER) {
                        throw new IOException(path + ": the kernel's answer is longer than " + MAX_ANSWER + " bytes");
                    }
                    answer.write(buffer, 0, n);
                }
            }
            return answer.toByteArray();
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }

    private static String content(byte[] answer) throws IOException {
        String text = new String(answer, StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException("the kernel closed the connection without an answer");
        }
        return text.substring(end + 4);
    }
}
