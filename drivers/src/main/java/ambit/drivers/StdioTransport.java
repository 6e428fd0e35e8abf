package ambit.drivers;

import ambit.wire.Denial;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * MCP over the standard streams of a server that may be hostile: a message per line, no line and no run of lines between two
 * requests longer than the limit, and a server that does not read its input blocks nobody but its own writer thread.
 *
 * <p>Three daemon threads serve one server; they end with it.
 */
final class StdioTransport implements McpClientTransport {
    /** Requests that wait until the server reads them. */
    private static final int OUTBOX = 64;

    /** Notifications and what a server prints by mistake count along with its answer. */
    private static final int SLACK = 1 << 20;

    private static final int STDERR_TAIL = 2 << 10;

    private final ServerLauncher.ServerProcess process;
    private final String tool;
    private final String program;
    private final McpJsonMapper mapper;
    private final Scrubber scrubber;
    private final int maxLine;
    private final BlockingQueue<byte[]> outbox = new ArrayBlockingQueue<>(OUTBOX);
    private final AtomicLong allowance = new AtomicLong();
    private final CompletableFuture<Object> over = new CompletableFuture<>();
    private final CompletableFuture<String> lastWords = new CompletableFuture<>();

    StdioTransport(
            ServerLauncher.ServerProcess process, ServerCommand command, McpJsonMapper mapper, Scrubber scrubber) {
        this.process = process;
        this.tool = command.tool();
        this.program = Foreign.quote(command.command().getFirst());
        this.mapper = mapper;
        this.scrubber = scrubber;
        this.maxLine = command.maxLine();
        this.allowance.set((long) maxLine + SLACK);
    }

    /** Completes exceptionally, with a {@link DriverFailure}, when the server is no longer usable. */
    CompletableFuture<Object> over() {
        return over;
    }

    @Override
    public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        return Mono.fromRunnable(() -> {
            start("writer", this::write);
            start("stderr", this::listenToErrors);
            start("reader", () -> read(handler));
            CompletableFuture<Void> _ = process.ended().thenAccept(this::ended);
        });
    }

    private void start(String role, Runnable work) {
        Thread.ofPlatform().daemon().name("mcp-" + tool + "-" + role).start(work);
    }

    private void write() {
        try (OutputStream in = process.stdin()) {
            while (!over.isDone()) {
                byte[] line = outbox.poll(1, TimeUnit.SECONDS);
                if (line != null) {
                    in.write(line);
                    in.flush();
                }
            }
        } catch (IOException e) {
            // the server closed its input: what it says on its output, or its end, tells why
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] buffer = new byte[16 << 10];
        try (InputStream out = process.stdout()) {
            for (int count = out.read(buffer); count >= 0; count = out.read(buffer)) {
                if (allowance.addAndGet(-count) < 0) {
                    flooded();
                    return;
                }
                int from = 0;
                for (int at = 0; at < count; at++) {
                    if (buffer[at] == '\n') {
                        line.write(buffer, from, at - from);
                        from = at + 1;
                        deliver(line.toString(StandardCharsets.UTF_8), handler);
                        line.reset();
                    }
                }
                line.write(buffer, from, count - from);
                if (line.size() > maxLine) {
                    flooded();
                    return;
                }
            }
            // an MCP server that closed its output will never answer again
            ended(process.ended()
                    .copy()
                    .completeOnTimeout("closed its output", 2, TimeUnit.SECONDS)
                    .join());
        } catch (IOException e) {
            ended("its output broke");
        }
    }

    private void deliver(String line, Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        JSONRPCMessage message;
        try {
            message = McpSchema.deserializeJsonRpcMessage(mapper, line);
        } catch (IOException | RuntimeException e) {
            // servers do print banners; whoever waits for an answer waits no longer than the time-out
            return;
        }
        handler.apply(Mono.just(message)).subscribe(_ -> {}, _ -> {});
    }

    /** Keeps the end of what the server complains about, for the sentence that says why it failed. */
    private void listenToErrors() {
        StringBuilder tail = new StringBuilder();
        byte[] buffer = new byte[4 << 10];
        try (InputStream errors = process.stderr()) {
            for (int count = errors.read(buffer); count >= 0; count = errors.read(buffer)) {
                tail.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
                tail.delete(0, Math.max(0, tail.length() - STDERR_TAIL));
            }
        } catch (IOException e) {
            // its last words so far must do
        }
        String last = scrubber.clean(tail.toString()).strip().lines().reduce("", (_, line) -> line);
        lastWords.complete(Foreign.quote(last));
    }

    private void flooded() {
        fail(
                Denial.TOO_LARGE,
                "the MCP server of tool '" + tool + "' sent more than the " + maxLine
                        + " bytes that one answer may have and was killed; ask it for less");
        process.kill();
    }

    private void ended(String how) {
        String words = lastWords.completeOnTimeout("", 1, TimeUnit.SECONDS).join();
        fail(
                Denial.DRIVER_FAILED,
                "the MCP server of tool '" + tool + "' ended (" + how + ")"
                        + (words.isEmpty() ? "" : " saying: " + words)
                        + "; see whether its command '" + program + "' runs by hand");
    }

    private void fail(Denial code, String sentence) {
        over.completeExceptionally(new DriverFailure(code, sentence));
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
        return Mono.fromCallable(() -> {
                    byte[] line = (mapper.writeValueAsString(message)
                                            .replace('\n', ' ')
                                            .replace('\r', ' ') + "\n")
                            .getBytes(StandardCharsets.UTF_8);
                    allowance.set((long) maxLine + SLACK);
                    if (!outbox.offer(line)) {
                        throw new IOException("the server does not read its input");
                    }
                    return line;
                })
                .then();
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.fromRunnable(() -> {
            fail(Denial.CONTEXT_ENDED, "the MCP server of tool '" + tool + "' was stopped because its context ended");
            process.kill();
        });
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
        return mapper.convertValue(data, type);
    }
}
