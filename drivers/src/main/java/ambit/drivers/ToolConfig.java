package ambit.drivers;

import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One tool, as the supervisor describes it to the drivers: the CBOR array {@code [kind, …]} of the record's components in
 * their order. A credential is a reference, {@code env:NAME} or {@code file:PATH} in the drivers' own view, or empty.
 */
public sealed interface ToolConfig extends Cbor.Message {
    /** The part of a capability's name before the first dot; it holds none. */
    String name();

    CallLimits limits();

    /** The name that grants and permits know the kind of driver by. */
    String driver();

    /**
     * Kind 1: a model server behind the OpenAI protocol.
     *
     * @param tenantCache whether names of prompt caches are derived for the tenant; otherwise for the context
     * @param passes further fields of a request that go out as they are
     */
    record Model(
            String name,
            @Max(MAX_TEXT) URI endpoint,
            @Max(MAX_TEXT) String credential,
            CallLimits limits,
            boolean tenantCache,
            @Max(MAX_LIST) List<String> passes)
            implements ToolConfig {
        public Model {
            endpoint = plain(endpoint);
            passes = List.copyOf(passes);
        }

        @Override
        public String driver() {
            return OPENAI;
        }
    }

    /** Kind 2: an MCP server over streamable HTTP; {@code endpoint} is the full address. */
    record RemoteMcp(
            String name,
            @Max(MAX_TEXT) URI endpoint,
            @Max(MAX_TEXT) String credential,
            CallLimits limits) implements ToolConfig {
        public RemoteMcp {
            endpoint = plain(endpoint);
        }

        @Override
        public String driver() {
            return MCP;
        }
    }

    /**
     * Kind 3: an MCP server that is started, for each context, in a boundary of its own.
     *
     * @param environment its variables; not secret
     * @param secrets variable → credential reference
     * @param hostNetwork whether it shares the drivers' network; otherwise it has none
     */
    record LocalMcp(
            String name,
            @Max(MAX_LIST) List<@Max(MAX_TEXT) String> command,
            @Max(MAX_LIST) Map<String, @Max(MAX_TEXT) String> environment,
            @Max(MAX_LIST) Map<String, @Max(MAX_TEXT) String> secrets,
            @Max(MAX_LIST) List<FileView> files,
            boolean hostNetwork,
            CallLimits limits)
            implements ToolConfig {
        public LocalMcp {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
            secrets = Map.copyOf(secrets);
            files = List.copyOf(files);
            if (command.isEmpty()) {
                throw new IllegalArgumentException("a command has at least a program");
            }
        }

        @Override
        public String driver() {
            return MCP;
        }
    }

    /**
     * Kind 4: the retriever with another embedding than the model in the process.
     *
     * @param endpoint what speaks OpenAI's embeddings
     * @param model the name of the endpoint's model
     * @param dimensions of its vectors
     */
    record Retriever(
            String name,
            @Max(MAX_TEXT) URI endpoint,
            String model,
            @Range(from = 1, to = MAX_DIMENSIONS) int dimensions,
            @Max(MAX_TEXT) String credential,
            CallLimits limits)
            implements ToolConfig {
        public Retriever {
            endpoint = plain(endpoint);
        }

        @Override
        public String driver() {
            return RETRIEVER;
        }
    }

    /**
     * Kind 5: an HTTP API.
     *
     * @param endpoint what every path stands under
     * @param sendsAs how the credential goes out: bearer, basic, or in a field or a parameter of the name {@code place}
     * @param place that name; empty for the others
     * @param methods what {@code request} may be made with
     * @param headers of requests that callers may set besides the usual ones, in lower case
     * @param inner whether addresses that are not public are reached
     */
    record Http(
            String name,
            @Max(MAX_TEXT) URI endpoint,
            @Max(MAX_TEXT) String credential,
            String sendsAs,
            String place,
            @Max(MAX_LIST) List<String> methods,
            @Max(MAX_LIST) List<String> headers,
            boolean inner,
            CallLimits limits)
            implements ToolConfig {
        public Http {
            endpoint = plain(endpoint);
            methods = List.copyOf(methods);
            headers = List.copyOf(headers);
        }

        @Override
        public String driver() {
            return HTTP;
        }
    }

    /**
     * One file or directory that a started server sees: the array of these three.
     *
     * @param source where the drivers see it
     * @param at where the server sees it
     */
    record FileView(
            @Max(MAX_TEXT) Path source, @Max(MAX_TEXT) Path at, boolean writable) implements Cbor.Message {}

    String OPENAI = "openai";
    String MCP = "mcp";
    String HTTP = "http";

    /** The driver of searches in ingested documents. */
    String RETRIEVER = "retriever";

    /** The driver of the two memory syscalls and of memory's own tools; it needs no configuration. */
    String MEMORY = "memory";

    int MAX_DIMENSIONS = 1024;
    int MAX_TEXT = 32 << 10;
    int MAX_LIST = 1024;

    static ToolConfig parse(Cbor cbor) throws MalformedException {
        return Cbor.parse(ToolConfig.class, cbor);
    }

    @Override
    default void check() throws MalformedException {
        if (name().isEmpty() || name().indexOf('.') >= 0) {
            throw new MalformedException("the name of a tool is empty or holds a dot");
        }
    }

    /** An http or https address without user, query and fragment, which would be places for secrets to show. */
    private static URI plain(URI address) {
        boolean web = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
        if (!web
                || address.getHost() == null
                || address.getUserInfo() != null
                || address.getQuery() != null
                || address.getFragment() != null) {
            throw new IllegalArgumentException("a tool's address is not a plain http or https URL");
        }
        String text = address.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : address;
    }
}
