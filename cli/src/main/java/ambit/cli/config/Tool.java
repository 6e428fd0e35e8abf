package ambit.cli.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Something outside that a driver acts on. */
public sealed interface Tool {

    Position at();

    String name();

    /** How long one call may take. */
    Duration timeOut();

    /** Whether calling {@code operation} changes nothing outside. */
    boolean isEffectFree(String operation);

    /** Where its secret is found, if it needs one. */
    Optional<Credential> credential();

    /** Which bodies of its calls are kept, if it says so itself. */
    Optional<Set<Bodies.Kept>> keepBodies();

    /**
     * A model behind the OpenAI protocol; its operations are {@code chat} and {@code responses}.
     *
     * @param tenantCache whether a prompt cache that a run fills may be used by the tenant's other runs, by its name
     * @param passes fields of requests that go out as they are though Ambit does not know them
     */
    record Model(
            Position at,
            String name,
            URI address,
            Optional<Credential> credential,
            Duration timeOut,
            Optional<Set<Bodies.Kept>> keepBodies,
            boolean tenantCache,
            Set<String> passes)
            implements Tool {
        public static final Set<String> OPERATIONS = Set.of("chat", "responses");

        @Override
        public boolean isEffectFree(String operation) {
            return true;
        }
    }

    /** An MCP server that the drivers reach over HTTP. */
    record RemoteMcp(
            Position at,
            String name,
            URI address,
            Optional<Credential> credential,
            Set<String> effectFree,
            Duration timeOut,
            Optional<Set<Bodies.Kept>> keepBodies)
            implements Tool {
        @Override
        public boolean isEffectFree(String operation) {
            return effectFree.contains(operation);
        }
    }

    /**
     * An MCP server that the drivers start in a boundary of its own and speak with over stdio.
     *
     * @param with its environment; a credential is passed as the variable {@code credentialAs}
     * @param network whether it shares the host's network; without, it has none
     */
    record LocalMcp(
            Position at,
            String name,
            List<String> run,
            Map<String, String> with,
            List<Mount> sees,
            List<Mount> writes,
            boolean network,
            Optional<Credential> credential,
            Optional<String> credentialAs,
            Set<String> effectFree,
            Duration timeOut,
            Optional<Set<Bodies.Kept>> keepBodies)
            implements Tool {
        @Override
        public boolean isEffectFree(String operation) {
            return effectFree.contains(operation);
        }
    }

    /**
     * An HTTP API; its operations are {@code read} and, where it has methods, {@code request}.
     *
     * @param sendsAs bearer, basic, header or query
     * @param place the name of the header or of the query's parameter; empty for the others
     * @param methods those of {@code request}
     * @param headers that callers may set besides the usual ones, in lower case
     * @param inner whether addresses that are not public are reached
     */
    record Http(
            Position at,
            String name,
            URI address,
            Optional<Credential> credential,
            String sendsAs,
            String place,
            Set<String> methods,
            Set<String> headers,
            boolean inner,
            Duration timeOut,
            Optional<Set<Bodies.Kept>> keepBodies)
            implements Tool {
        static final String READ = "read";
        static final String REQUEST = "request";

        boolean has(String operation) {
            return operation.equals(READ) || (operation.equals(REQUEST) && !methods.isEmpty());
        }

        @Override
        public boolean isEffectFree(String operation) {
            return operation.equals(READ);
        }
    }

    /**
     * What turns the retriever's texts into vectors instead of the model that the drivers bring along.
     *
     * @param address what speaks OpenAI's {@code /embeddings}
     * @param dimensions of the model's vectors
     */
    record Embeddings(
            Position at, URI address, String model, int dimensions, Optional<Credential> credential, Duration timeOut)
            implements Tool {
        static final int MOST_DIMENSIONS = 1024;

        @Override
        public String name() {
            return "retriever";
        }

        @Override
        public boolean isEffectFree(String operation) {
            return true;
        }

        @Override
        public Optional<Set<Bodies.Kept>> keepBodies() {
            return Optional.empty();
        }
    }

    /**
     * What every kernel has: its drivers do it with the memory that is mapped into the calling context, and with nothing outside.
     *
     * @param reads the operations that change nothing
     * @param effects those that do
     */
    record BuiltIn(String name, Set<String> reads, Set<String> effects) implements Tool {
        private static final List<BuiltIn> ALL = List.of(
                new BuiltIn(
                        "memory",
                        Set.of("list", "history", "provenance", "pending"),
                        Set.of("review", "restore", "undo")),
                new BuiltIn("retriever", Set.of("search", "sources"), Set.of("add", "remove", "undo")));

        private static final Duration TIME_OUT = Duration.ofMinutes(1);

        /** The one of this name, if there is one. */
        public static Optional<BuiltIn> of(String name) {
            return ALL.stream().filter(it -> it.name.equals(name)).findFirst();
        }

        /** Every operation of all of them, with any arguments and without a count. */
        static List<Use> all(Position at) {
            return ALL.stream()
                    .flatMap(tool -> Stream.concat(tool.reads.stream(), tool.effects.stream())
                            .sorted()
                            .map(operation -> Use.any(at, tool.name + "." + operation)))
                    .toList();
        }

        boolean has(String operation) {
            return reads.contains(operation) || effects.contains(operation);
        }

        @Override
        public Position at() {
            return new Position(1, 1);
        }

        @Override
        public Duration timeOut() {
            return TIME_OUT;
        }

        @Override
        public boolean isEffectFree(String operation) {
            return reads.contains(operation);
        }

        @Override
        public Optional<Credential> credential() {
            return Optional.empty();
        }

        @Override
        public Optional<Set<Bodies.Kept>> keepBodies() {
            return Optional.empty();
        }
    }
}
