package ambit.drivers;

import ambit.retrieval.embedding.Embedding;
import ambit.wire.Denial;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.McpJsonMapper;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The tools that the drivers were configured with. Credentials are read when it is made; a tool whose credential is missing
 * stays, and says so whenever it is called, so that it does not keep the others from working.
 */
final class Toolbox {
    /** What a message may have besides the result that it carries. */
    private static final int ENVELOPE = 64 << 10;

    private final Map<String, String> environment;
    private final ServerLauncher launcher;
    private final Map<String, PermitCheck.Tool> tools = new HashMap<>();
    private final Map<String, Offer> offers = new HashMap<>();
    private final List<Credential> credentials = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private Embedding embedding = Retrieval.OWN;

    Toolbox(List<ToolConfig> configs, Map<String, String> environment, ServerLauncher launcher) {
        this.environment = environment;
        this.launcher = launcher;
        for (ToolConfig config : configs) {
            tools.put(config.name(), new PermitCheck.Tool(config.driver(), make(config)));
        }
        tools.putIfAbsent(ToolConfig.RETRIEVER, new PermitCheck.Tool(ToolConfig.RETRIEVER, new RetrieverTool()));
    }

    Map<String, PermitCheck.Tool> tools() {
        return Map.copyOf(tools);
    }

    /** Those that can be asked what they offer. */
    Map<String, Offer> discoverable() {
        return Map.copyOf(offers);
    }

    /** All secrets that any of them has. */
    List<Credential> credentials() {
        return List.copyOf(credentials);
    }

    /** A sentence for each tool that cannot work as configured. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    private Effect make(ToolConfig config) {
        try {
            return switch (config) {
                case ToolConfig.Model model ->
                    new ModelTool(
                            new ModelPolicy(
                                    model.name(), model.endpoint(), model.tenantCache(), Set.copyOf(model.passes())),
                            credential(model.credential()),
                            model.limits());
                case ToolConfig.RemoteMcp remote -> known(remote(remote), remote.name());
                case ToolConfig.LocalMcp local -> known(local(local), local.name());
                case ToolConfig.Http http -> known(new HttpTool(http, credential(http.credential())), http.name());
                case ToolConfig.Retriever retriever -> retriever(retriever);
            };
        } catch (DriverFailure e) {
            String sentence = "the tool '" + config.name() + "' cannot be used: " + e.sentence();
            complaints.add(sentence);
            return (_, _, _) -> {
                throw new DriverFailure(Denial.DRIVER_UNAVAILABLE, sentence);
            };
        }
    }

    private Effect retriever(ToolConfig.Retriever config) throws DriverFailure {
        Optional<Credential> credential = credential(config.credential());
        embedding = Retrieval.embedding(
                config, () -> credential.map(Credential::reveal).orElse(""));
        return new RetrieverTool();
    }

    /** What turns the retriever's texts into vectors. */
    Embedding embedding() {
        return embedding;
    }

    private <T extends Effect & Offer> T known(T tool, String name) {
        offers.put(name, tool);
        return tool;
    }

    private Optional<Credential> credential(String reference) throws DriverFailure {
        return reference.isEmpty() ? Optional.empty() : Optional.of(read(reference));
    }

    private Credential read(String reference) throws DriverFailure {
        Credential credential = Credential.read(reference, environment);
        credentials.add(credential);
        return credential;
    }

    private McpTool remote(ToolConfig.RemoteMcp config) throws DriverFailure {
        Optional<Credential> credential = credential(config.credential());
        Scrubber scrubber = new Scrubber(credential.map(List::of).orElse(List.of()));
        McpJsonMapper mapper = SdkPeer.mapper(config.limits().maxWhole());
        McpTool.Connector connector = (deadline, cancellation) -> SdkPeer.open(
                config.name(),
                transport(config, credential, mapper),
                mapper,
                scrubber,
                new CompletableFuture<>(),
                deadline,
                cancellation);
        return mcpTool(config, connector, scrubber);
    }

    private static HttpClientStreamableHttpTransport transport(
            ToolConfig.RemoteMcp config, Optional<Credential> credential, McpJsonMapper mapper) {
        String origin =
                config.endpoint().getScheme() + "://" + config.endpoint().getRawAuthority();
        String path = config.endpoint().getRawPath();
        return HttpClientStreamableHttpTransport.builder(origin)
                .endpoint(path.isEmpty() ? "/" : path)
                .clientBuilder(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1))
                .customizeClient(client -> client.followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(config.limits().connect()))
                .connectTimeout(config.limits().connect())
                .addHttpRequestCustomizer((request, _, _, _, _) ->
                        credential.ifPresent(secret -> request.setHeader("Authorization", "Bearer " + secret.reveal())))
                .jsonMapper(mapper)
                .maxResponseSize(config.limits().maxWhole() + ENVELOPE)
                .resumableStreams(false)
                .openConnectionOnStartup(false)
                .build();
    }

    private McpTool local(ToolConfig.LocalMcp config) throws DriverFailure {
        Map<String, String> variables = new HashMap<>(config.environment());
        List<Credential> credentials = new ArrayList<>();
        for (Map.Entry<String, String> secret : config.secrets().entrySet()) {
            Credential credential = read(secret.getValue());
            credentials.add(credential);
            variables.put(secret.getKey(), credential.reveal());
        }
        Scrubber scrubber = new Scrubber(credentials);
        McpJsonMapper mapper = SdkPeer.mapper(config.limits().maxWhole());
        ServerCommand command = new ServerCommand(
                config.name(),
                config.command(),
                variables,
                config.files(),
                config.hostNetwork(),
                config.limits().maxWhole() + ENVELOPE);
        McpTool.Connector connector = (deadline, cancellation) -> {
            StdioTransport transport = new StdioTransport(launcher.launch(command), command, mapper, scrubber);
            return SdkPeer.open(config.name(), transport, mapper, scrubber, transport.over(), deadline, cancellation);
        };
        return mcpTool(config, connector, scrubber);
    }

    private static McpTool mcpTool(ToolConfig config, McpTool.Connector connector, Scrubber scrubber) {
        CallLimits limits = config.limits();
        return new McpTool(config.name(), connector, limits.total(), limits.maxWhole(), scrubber);
    }
}
