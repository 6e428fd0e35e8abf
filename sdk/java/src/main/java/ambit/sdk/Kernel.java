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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The five syscalls of Ambit for Java guests. Parameters, values and results are JSON texts, to be read and written with the
 * guest's own JSON library; nothing is required besides the JDK. Thread-safe: each call uses a connection of its own.
 *
 * <p>Every method throws {@link Denied} when the kernel refuses, and {@link IOException} when there is no kernel to ask or its
 * answer cannot be read. An answer is given back only with the core's signed proof that it is this context's answer to these very
 * parameters, recorded and not shown before; {@link Unproved} is thrown otherwise.
 */
public final class Kernel {
    private static final int MAX_ANSWER = 16 << 20;

    private final Path socket;
    private final Map<String, String> environment;
    private final Optional<CoreKey> pinned;

    private Kernel(Map<String, String> environment, Optional<CoreKey> pinned) {
        this.environment = Map.copyOf(environment);
        this.pinned = pinned;
        this.socket = Path.of(environment.getOrDefault("AMBIT_SOCKET", "/run/kernel.sock"));
    }

    /** The kernel of this context: of the process's own environment. */
    public static Kernel ofThisContext() {
        return in(System.getenv());
    }

    /**
     * The kernel that an environment tells of: the socket that {@code AMBIT_SOCKET} names, or {@code /run/kernel.sock};
     * {@code AMBIT_CORE_KEY} says whose proofs count, {@code AMBIT_CONTEXT} which context this is.
     */
    public static Kernel in(Map<String, String> environment) {
        return new Kernel(environment, Optional.empty());
    }

    /**
     * The same kernel, of which only proofs of one core count, whatever {@code AMBIT_CORE_KEY} says.
     *
     * @param coreKey the core's public key, 64 hexadecimal digits
     * @throws IllegalArgumentException if it is none
     */
    public Kernel pin(String coreKey) {
        return new Kernel(environment, Optional.of(new CoreKey(coreKey)));
    }

    /** The capabilities of this context: a JSON array of objects with name, handle and usesLeft. */
    public String handles() throws IOException, Denied {
        return proved("GET", "/syscall/handles", "", "", "handles");
    }

    /**
     * Calls the tool, model or child behind a handle.
     *
     * @param params a JSON object
     * @return the result as JSON
     */
    public String toolCall(String handle, String params) throws IOException, Denied {
        String sent = params.strip();
        String body = "{\"handle\":" + RawJson.quote(handle) + ",\"params\":" + sent + "}";
        return proved("/syscall/tool_call", body, sent, "result");
    }

    /** The JSON value stored under a key; own writes of this transaction are seen. */
    public String memoryRead(String key) throws IOException, Denied {
        String body = "{\"key\":" + RawJson.quote(key) + "}";
        return proved("/syscall/memory_read", body, body, "value");
    }

    /** Stages a JSON value; it is verified and kept when the transaction ends well, and dropped otherwise. */
    public void memoryWrite(String key, String value) throws IOException, Denied {
        String body = "{\"key\":" + RawJson.quote(key) + ",\"value\":" + value + "}";
        proved("/syscall/memory_write", body, body, "");
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
        return RawJson.unquote(proved("/syscall/spawn_child", body, body, "handle"));
    }

    /** Adds an event, a JSON value, to the audit log. */
    public void log(String event) throws IOException, Denied {
        String sent = event.strip();
        proved("/syscall/log", "{\"event\":" + sent + "}", sent, "");
    }

    /** A member of an answer that is proved to belong to {@code params}; without one, the result that is proved is {@code {}}. */
    private String proved(String path, String body, String params, String member) throws IOException, Denied {
        return proved("POST", path, body, params, member);
    }

    private String proved(String method, String path, String body, String params, String member)
            throws IOException, Denied {
        Scope scope = Scope.of(environment, pinned)
                .orElseThrow(() -> new Unproved(
                        "AMBIT_CONTEXT and AMBIT_CORE_KEY do not say whose proofs count; the kernel sets them"));
        Map<String, String> answer = RawJson.members(content(request(method, path, body)));
        String exact = member.isEmpty() ? "{}" : answer.getOrDefault(member, "");
        String proof = answer.get("proof");
        if (proof != null) {
            Proof said = scope.require(RawJson.unquote(proof.strip()), params, results(exact));
            if (!said.scope().isEmpty()) {
                SearchScope.require(exact.strip(), said.scope(), said.params());
            }
        }
        requireOk(answer);
        if (proof == null) {
            throw new Unproved("it has no proof");
        }
        return member.isEmpty() ? "" : member(path, answer, member).strip();
    }

    /** What the result can have been: what is no JSON comes as a string of it. */
    private static List<String> results(String exact) throws IOException {
        if (exact.startsWith("\"") && exact.endsWith("\"")) {
            String text = RawJson.unquote(exact);
            return RawJson.isText(text) ? List.of(exact, text) : List.of(exact);
        }
        return List.of(exact);
    }

    private static void requireOk(Map<String, String> answer) throws IOException, Denied {
        if (!"true".equals(answer.getOrDefault("ok", "").strip())) {
            throw new Denied(
                    RawJson.unquote(answer.getOrDefault("code", "\"INTERNAL\"").strip()),
                    RawJson.unquote(answer.getOrDefault("sentence", "\"the kernel gave no reason\"")
                            .strip()));
        }
    }

    private static String member(String path, Map<String, String> answer, String name) throws IOException {
        String value = answer.get(name);
        if (value == null) {
            throw new IOException(path + ": the kernel's answer has no \"" + name + "\"");
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
