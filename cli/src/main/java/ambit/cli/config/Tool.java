package ambit.cli.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
}
