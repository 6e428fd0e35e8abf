package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpClientSession;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/**
 * {@link McpPeer} over a session of the MCP Java SDK: revisions 2024-11-05 to 2025-11-25. The session is used below its typed
 * client, so that a tool's definition is hashed and a result passed on with every member that the server sent.
 */
final class SdkPeer implements McpPeer {
    /** Pages of one tools/list. */
    private static final int MAX_PAGES = 64;

    private static final int MAX_TOOLS = 1024;

    private static final List<String> REVISIONS = List.of(
            ProtocolVersions.MCP_2025_11_25,
            ProtocolVersions.MCP_2025_06_18,
            ProtocolVersions.MCP_2025_03_26,
            ProtocolVersions.MCP_2024_11_05);

    private final String tool;
    private final McpJsonMapper mapper;
    private final Scrubber scrubber;
    private final McpClientTransport transport;
    private final McpClientSession session;
    private final CompletableFuture<Object> over;
    private final AtomicBoolean toolsChanged = new AtomicBoolean();
    private volatile boolean usable = true;
    private volatile String revision = ProtocolVersions.MCP_2025_11_25;

    private SdkPeer(
            String tool,
            McpClientTransport transport,
            McpJsonMapper mapper,
            Scrubber scrubber,
            CompletableFuture<Object> over) {
        this.tool = tool;
        this.mapper = mapper;
        this.scrubber = scrubber;
        this.over = over;
        this.transport = transport;
        this.session = new McpClientSession(
                Duration.ofDays(1), // each request has a deadline of its own
                transport,
                Map.of(McpSchema.METHOD_PING, (McpClientSession.RequestHandler<Object>) _ -> Mono.just(Map.of())),
                Map.of(
                        McpSchema.METHOD_NOTIFICATION_TOOLS_LIST_CHANGED,
                        _ -> Mono.fromRunnable(() -> toolsChanged.set(true))),
                Function.identity());
    }

    /**
     * Opens a session: connects and initialises.
     *
     * @param over completes exceptionally when the server behind {@code transport} is lost
     */
    static SdkPeer open(
            String tool,
            McpClientTransport transport,
            McpJsonMapper mapper,
            Scrubber scrubber,
            CompletableFuture<Object> over,
            Deadline deadline,
            Cancellation cancellation)
            throws DriverFailure {
        SdkPeer peer = new SdkPeer(tool, transport, mapper, scrubber, over);
        boolean opened = false;
        try {
            peer.initialise(deadline, cancellation);
            opened = true;
            return peer;
        } finally {
            if (!opened) {
                peer.close();
            }
        }
    }

    /** The mapper that sessions and their transports use: strict, and with decimals that keep their digits. */
    static McpJsonMapper mapper(int maxBytes) {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(128)
                        .maxStringLength(maxBytes)
                        .maxDocumentLength((long) maxBytes + (1 << 20))
                        .build())
                .build();
        return new JacksonMcpJsonMapper(JsonMapper.builder(factory)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build());
    }

    private void initialise(Deadline deadline, Cancellation cancellation) throws DriverFailure {
        Map<String, Object> hello = Map.of(
                "protocolVersion",
                ProtocolVersions.MCP_2025_11_25,
                "capabilities",
                Map.of(),
                "clientInfo",
                Map.of("name", "ambit", "version", "1"));
        Map<?, ?> welcome = object(ask(McpSchema.METHOD_INITIALIZE, hello, deadline, cancellation));
        if (!(welcome.get("protocolVersion") instanceof String spoken) || !REVISIONS.contains(spoken)) {
            throw failed(
                    "speaks revision " + Foreign.quote(String.valueOf(welcome.get("protocolVersion")))
                            + " of MCP, and Ambit speaks " + String.join(", ", REVISIONS),
                    "install another version of the server");
        }
        revision = spoken;
        CompletableFuture<Object> sent = session.sendNotification(McpSchema.METHOD_NOTIFICATION_INITIALIZED, Map.of())
                .contextWrite(context -> context.put(McpAsyncClient.NEGOTIATED_PROTOCOL_VERSION, revision))
                .thenReturn((Object) true)
                .toFuture();
        await(sent, "notifications/initialized", deadline, cancellation);
    }

    @Override
    public List<ToolDefinition> tools(Deadline deadline, Cancellation cancellation) throws DriverFailure {
        toolsChanged.set(false);
        List<ToolDefinition> definitions = new ArrayList<>();
        Map<String, Object> page = Map.of();
        for (int pages = 0; pages < MAX_PAGES; pages++) {
            Map<?, ?> list = object(ask(McpSchema.METHOD_TOOLS_LIST, page, deadline, cancellation));
            if (!(list.get("tools") instanceof List<?> tools) || definitions.size() + tools.size() > MAX_TOOLS) {
                throw failed(
                        "answered tools/list without tools, or with more than " + MAX_TOOLS, "is it an MCP server?");
            }
            for (Object definition : tools) {
                definitions.add(ToolDefinition.parse(tool, json(definition)));
            }
            if (!(list.get("nextCursor") instanceof String cursor)) {
                return List.copyOf(definitions);
            }
            page = Map.of("cursor", cursor);
        }
        throw failed("has more than " + MAX_PAGES + " pages of tools", "is it an MCP server?");
    }

    @Override
    public Blob call(String operation, Blob arguments, Deadline deadline, Cancellation cancellation)
            throws DriverFailure {
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("name", operation);
        params.put("arguments", new RawValue(new String(arguments.toArray(), StandardCharsets.UTF_8)));
        return json(ask(McpSchema.METHOD_TOOLS_CALL, params, deadline, cancellation));
    }

    private Object ask(String method, Object params, Deadline deadline, Cancellation cancellation)
            throws DriverFailure {
        CompletableFuture<Object> answer = session.sendRequest(method, params, McpAsyncClient.OBJECT_TYPE_REF)
                .contextWrite(context -> context.put(McpAsyncClient.NEGOTIATED_PROTOCOL_VERSION, revision))
                .toFuture();
        return await(answer, method, deadline, cancellation);
    }

    private Object await(CompletableFuture<Object> answer, String method, Deadline deadline, Cancellation cancellation)
            throws DriverFailure {
        CompletableFuture<Object> first = CompletableFuture.anyOf(answer, over);
        try (Cancellation.Wait _ = cancellation.during(() -> first.cancel(false))) {
            @Nullable Object result = first.get(deadline.left().toMillis(), TimeUnit.MILLISECONDS);
            if (result == null) {
                throw failed("answered " + method + " with nothing", "is it an MCP server?");
            }
            return result;
        } catch (TimeoutException e) {
            usable = false;
            throw new DriverFailure(
                    Denial.TIMED_OUT,
                    "the MCP server of tool '" + tool + "' did not answer " + method
                            + " in time and was stopped; raise the tool's time-out in ambit.yaml if it needs longer");
        } catch (CancellationException e) {
            throw Cancellation.failure();
        } catch (ExecutionException e) {
            throw translated(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.failure();
        } finally {
            answer.cancel(true);
        }
    }

    private DriverFailure translated(Throwable failure) {
        if (failure instanceof DriverFailure ours) {
            usable = false;
            return ours;
        }
        if (failure instanceof McpError error && error.getJsonRpcError() != null) {
            String message = Foreign.quote(
                    scrubber.clean(String.valueOf(error.getJsonRpcError().message())));
            return failed("answered with error " + error.getJsonRpcError().code() + ": " + message, "correct the call");
        }
        usable = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException) {
                return failed("cannot be reached", "see that it runs at the address in ambit.yaml");
            }
            // the SDK keeps the class of this one to itself, and sometimes passes on its message alone
            if (String.valueOf(cause.getMessage()).contains("exceeds the maximum allowed size")) {
                return new DriverFailure(
                        Denial.TOO_LARGE,
                        "the MCP server of tool '" + tool + "' sent more than one answer may have; ask it for less");
            }
        }
        return failed(
                "did not complete the exchange: " + Foreign.quote(scrubber.clean(String.valueOf(failure.getMessage()))),
                "see its own log, and the tool's address and credential in ambit.yaml");
    }

    private Map<?, ?> object(Object result) throws DriverFailure {
        if (result instanceof Map<?, ?> members) {
            return members;
        }
        throw failed("answered with something that is not an object", "is it an MCP server?");
    }

    private Blob json(Object value) throws DriverFailure {
        try {
            return Blob.of(mapper.writeValueAsBytes(value));
        } catch (IOException | RuntimeException e) {
            throw failed("answered with text that is not Unicode", "report it to the server's authors");
        }
    }

    private DriverFailure failed(String what, String hint) {
        return new DriverFailure(Denial.DRIVER_FAILED, "the MCP server of tool '" + tool + "' " + what + "; " + hint);
    }

    @Override
    public boolean saysToolsChanged() {
        return toolsChanged.get();
    }

    @Override
    public boolean isUsable() {
        return usable && !over.isDone();
    }

    @Override
    public void close() {
        usable = false;
        Duration patience = Duration.ofSeconds(3);
        session.closeGracefully().timeout(patience).subscribe(_ -> {}, _ -> {});
        // the session leaves its transport open
        transport.closeGracefully().timeout(patience).subscribe(_ -> {}, _ -> {});
        over.completeExceptionally(
                new DriverFailure(Denial.CONTEXT_ENDED, "the session with tool '" + tool + "' was closed"));
    }
}
