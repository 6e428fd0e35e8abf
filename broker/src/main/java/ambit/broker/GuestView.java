package ambit.broker;

import ambit.boundary.BoundaryRefused;
import ambit.boundary.BoundarySpec;
import ambit.boundary.Demand;
import ambit.boundary.Limits;
import ambit.boundary.Mount;
import ambit.boundary.Network;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a guest finds: its program, what it may see, the kernel's doors, an environment in which usual clients find them, and
 * whose proofs are to be believed about which context.
 */
final class GuestView {
    static final Path SOCKET = Path.of("/run/kernel.sock");
    static final int PORT = 7070;
    private static final String URL = "http://127.0.0.1:" + PORT;

    /** Where the doors are; an agent's own environment does not change them. */
    private static final Map<String, String> DOORS = Map.of(
            "OPENAI_BASE_URL",
            URL + "/v1",
            "OPENAI_API_BASE",
            URL + "/v1",
            "OPENAI_API_KEY",
            "kernel-bound",
            "MCP_SERVER_URL",
            URL + "/mcp",
            "AMBIT_SOCKET",
            SOCKET.toString(),
            "AMBIT_URL",
            URL);

    /** Unless the agent says otherwise: where it is, and what keeps well-known libraries from calling home into the void. */
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("HOME", "/home/agent"),
            Map.entry("TMPDIR", "/tmp"),
            Map.entry("LANG", "C.UTF-8"),
            Map.entry("TZ", "UTC"),
            Map.entry("CREWAI_DISABLE_TELEMETRY", "true"),
            Map.entry("OTEL_SDK_DISABLED", "true"),
            Map.entry("LANGSMITH_TRACING", "false"),
            Map.entry("OPENAI_AGENTS_DISABLE_TRACING", "1"),
            Map.entry("ANONYMIZED_TELEMETRY", "False"),
            Map.entry("DO_NOT_TRACK", "1"),
            Map.entry("HF_HUB_OFFLINE", "1"),
            Map.entry("PYTHONDONTWRITEBYTECODE", "1"));

    private final List<Path> view;
    private final Blob coreKey;

    /**
     * @param view what guests can be given, by index
     * @param coreKey the core's public key, raw Ed25519
     */
    GuestView(List<Path> view, Blob coreKey) {
        this.view = List.copyOf(view);
        this.coreKey = coreKey;
    }

    /**
     * The boundary of one guest.
     *
     * @param context its name, which the guest knows from every proof
     * @param socket the context's listening socket, in the broker's view
     * @param input the last argument, if there is one
     * @throws BoundaryRefused if the specification cannot be carried out exactly
     */
    BoundarySpec of(AgentSpec agent, Blob context, Path socket, Optional<String> input) throws BoundaryRefused {
        try {
            List<String> command = new ArrayList<>(agent.command());
            input.ifPresent(command::add);
            BoundarySpec.Builder spec = BoundarySpec.of(command)
                    .workdir(Path.of(agent.workdir()))
                    .limits(limits(agent.limits()))
                    .network(new Network.Loopback(PORT))
                    .demand(Demand.parse(agent.boundary()))
                    .mount(new Mount.ReadOnly(socket, SOCKET));
            for (AgentSpec.Mount mount : agent.mounts()) {
                spec.mount(new Mount.ReadOnly(path(mount.index()), Path.of(mount.guestPath())));
            }
            Map<String, String> environment = new TreeMap<>(DEFAULTS);
            environment.putAll(agent.env());
            environment.putAll(DOORS);
            environment.put("AMBIT_CORE_KEY", coreKey.toHex());
            environment.put("AMBIT_CONTEXT", context.toHex());
            environment.forEach(spec::environment);
            return spec.build();
        } catch (IllegalArgumentException e) {
            throw new BoundaryRefused(String.valueOf(e.getMessage()), "correct the agent in ambit.yaml", e);
        }
    }

    private Path path(int index) {
        if (index >= view.size()) {
            throw new IllegalArgumentException("the agent mounts something that the broker was not given");
        }
        return view.get(index);
    }

    private static Limits limits(AgentSpec.Limit it) {
        return new Limits(
                it.memory(),
                clamp(it.processes()),
                clamp(it.files()),
                it.fileBytes(),
                clamp(it.cpuSeconds()),
                Duration.ofSeconds(it.wallSeconds()),
                it.tmpBytes());
    }

    private static int clamp(long value) {
        return (int) Math.min(value, Integer.MAX_VALUE);
    }
}
