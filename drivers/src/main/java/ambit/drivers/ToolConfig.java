package ambit.drivers;

import ambit.wire.Cbor;
import ambit.wire.Fields;
import ambit.wire.MalformedException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

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

    /** Kind 1: a model server behind the OpenAI protocol. */
    record Model(String name, URI endpoint, String credential, CallLimits limits) implements ToolConfig {
        @Override
        public String driver() {
            return OPENAI;
        }
    }

    /** Kind 2: an MCP server over streamable HTTP; {@code endpoint} is the full address. */
    record RemoteMcp(String name, URI endpoint, String credential, CallLimits limits) implements ToolConfig {
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
            List<String> command,
            Map<String, String> environment,
            Map<String, String> secrets,
            List<FileView> files,
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
     * One file or directory that a started server sees: the array of these three.
     *
     * @param source where the drivers see it
     * @param at where the server sees it
     */
    record FileView(Path source, Path at, boolean writable) implements Cbor.Message {
        @Override
        public Cbor toCbor() {
            return Cbor.array(source.toString(), at.toString(), writable);
        }

        static FileView parse(Cbor cbor) throws MalformedException {
            return Fields.message(
                    cbor, in -> new FileView(Path.of(in.text(MAX_TEXT)), Path.of(in.text(MAX_TEXT)), in.bool()));
        }
    }

    String OPENAI = "openai";
    String MCP = "mcp";

    /** The driver of the two memory syscalls; it needs no configuration. */
    String MEMORY = "memory";

    int MAX_TEXT = 32 << 10;
    int MAX_LIST = 1024;

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Model m -> Cbor.array(1, m.name, m.endpoint.toString(), m.credential, m.limits);
            case RemoteMcp m -> Cbor.array(2, m.name, m.endpoint.toString(), m.credential, m.limits);
            case LocalMcp m ->
                Cbor.array(3, m.name, m.command, m.environment, m.secrets, m.files, m.hostNetwork, m.limits);
        };
    }

    static ToolConfig parse(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 3)) {
            case 1 -> new Model(name(in), endpoint(in), in.text(MAX_TEXT), CallLimits.parse(in.any()));
            case 2 -> new RemoteMcp(name(in), endpoint(in), in.text(MAX_TEXT), CallLimits.parse(in.any()));
            default ->
                new LocalMcp(
                        name(in),
                        command(in),
                        texts(in),
                        texts(in),
                        in.list(MAX_LIST, FileView::parse),
                        in.bool(),
                        CallLimits.parse(in.any()));
        });
    }

    private static String name(Fields in) throws MalformedException {
        String name = in.name();
        if (name.isEmpty() || name.indexOf('.') >= 0) {
            throw new MalformedException("the name of a tool is empty or holds a dot");
        }
        return name;
    }

    private static List<String> command(Fields in) throws MalformedException {
        List<String> command = in.list(MAX_LIST, text -> Fields.asText(text, MAX_TEXT));
        if (command.isEmpty()) {
            throw new MalformedException("a command has at least a program");
        }
        return command;
    }

    private static SortedMap<String, String> texts(Fields in) throws MalformedException {
        return new TreeMap<>(in.map(MAX_LIST, text -> Fields.asText(text, MAX_TEXT)));
    }

    /** An http or https address without user, query and fragment, which would be places for secrets to show. */
    private static URI endpoint(Fields in) throws MalformedException {
        try {
            URI uri = new URI(in.text(MAX_TEXT));
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (web
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null) {
                String text = uri.toString();
                return text.endsWith("/") ? new URI(text.substring(0, text.length() - 1)) : uri;
            }
        } catch (URISyntaxException e) {
            throw new MalformedException("a tool's address is no URL");
        }
        throw new MalformedException("a tool's address is not a plain http or https URL");
    }
}
