package ambit.bench;

import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Request;
import ambit.authority.keyfile.SecretKeyFile;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.Cose.Domain;
import ambit.wire.FrontRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A running kernel with keys, a log and data of its own, as {@code ambit init}, {@code up} and {@code grant} make it. It ends with
 * {@link #close}. What the programs say on standard error is in {@code bench.err} of its directory.
 */
final class Installation implements AutoCloseable {

    private static final String AGENT = "bare";
    private static final String PRINCIPAL = "alice";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long SECONDS = 300;

    private final Path root;
    private final Path directory;
    private final Map<String, String> environment;
    private final Path state;
    private final SigningKey principal;
    private final Blob grant;

    private Installation(Path root, Path directory, Map<String, String> environment) throws IOException {
        this.root = root;
        this.directory = directory;
        this.environment = environment;
        this.state = directory.resolve(".ambit");
        this.principal = SecretKeyFile.read(state.resolve("keys/" + PRINCIPAL + ".key"));
        SigningKey tenant = SecretKeyFile.read(state.resolve("keys/tenant.key"));
        this.grant = Signed.sign(Domain.GRANT, tenant, grant(principal).toBlob());
    }

    /**
     * Starts a kernel.
     *
     * @param root the checkout, which is built
     * @param directory is emptied first
     * @param configuration the text of {@code ambit.yaml}
     */
    static Installation start(Path root, Path directory, String configuration)
            throws IOException, InterruptedException {
        // XDG_RUNTIME_DIR stays away, so that the sockets of an ordinary user are below /tmp.
        Map<String, String> environment = Map.of("AMBIT_NO_BUILD", "1", "AMBIT_STATE", "", "XDG_RUNTIME_DIR", "");
        if (Files.exists(directory.resolve(".ambit"))) {
            command(root, directory, environment, "down");
        }
        remove(directory);
        Path files = Files.createDirectories(directory.resolve("files"));
        for (String name : List.of("client.py", "echo_server.py")) {
            Files.copy(root.resolve("bench/guest/" + name), files.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        command(root, directory, environment, "init", "--principal", PRINCIPAL);
        Files.writeString(directory.resolve("ambit.yaml"), configuration);
        Installation installation = new Installation(root, directory, environment);
        installation.ambit("up");
        installation.ambit("grant", PRINCIPAL, "caller"); // also makes the tenant known to the core
        return installation;
    }

    /** Runs the {@code ambit} command and returns what it prints. */
    String ambit(String... arguments) throws IOException, InterruptedException {
        return command(root, directory, environment, arguments);
    }

    private static String command(Path root, Path directory, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(root.resolve("ambit").toString()));
        words.addAll(List.of(arguments));
        return Programs.run(directory, environment, directory.resolve("bench.err"), words);
    }

    Path directory() {
        return directory;
    }

    Path errors() {
        return directory.resolve("bench.err");
    }

    /** The process that keeps the three of the kernel running, and is an ancestor of everything they start. */
    long supervisor() throws IOException {
        return Json.number(Files.readString(state.resolve("kernel.json")), "supervisor");
    }

    /** Asks the broker to start a guest that has its own memory and no tools; {@code ambit run} does no more than this. */
    GuestRun guest(String... command) throws IOException {
        AgentSpec spec = spec(List.of(command));
        Blob request = Signed.sign(Domain.REQUEST, principal, request(spec).toBlob());
        return GuestRun.start(frontSocket(), new FrontRequest.Run(grant, request, spec.toBlob()));
    }

    private static Grant grant(SigningKey holder) {
        long now = System.currentTimeMillis() / 1000;
        List<Memory> memory = List.of(new Memory("own", 3, 1 << 20));
        return new Grant("bench", id(), holder.publicKey(), now - 1, now + 86_400, 0, AGENT, List.of(), memory);
    }

    private Request request(AgentSpec spec) {
        long now = System.currentTimeMillis() / 1000;
        return new Request(
                grant.sha256(),
                id(),
                now,
                now + SECONDS,
                AGENT,
                spec.toBlob().sha256(),
                Blob.EMPTY,
                List.of(),
                List.of(),
                Blob.EMPTY.sha256());
    }

    private static AgentSpec spec(List<String> command) {
        AgentSpec.Limit limit = new AgentSpec.Limit(512L << 20, 64, 256, 16 << 20, 60, SECONDS, 16 << 20);
        return new AgentSpec(
                AGENT, command, new TreeMap<>(), "/home/agent", List.of(), limit, new TreeMap<>(), new TreeMap<>());
    }

    static Blob id() {
        byte[] id = new byte[16];
        RANDOM.nextBytes(id);
        return Blob.of(id);
    }

    /** Where the supervisor puts it: the directory's name has the first eight hex digits of the state directory's digest. */
    private Path frontSocket() throws IOException {
        String path = state.toRealPath().toString();
        String hash = Blob.of(path.getBytes(StandardCharsets.UTF_8)).sha256().toHex();
        int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        String name = uid == 0 ? "/run/ambit-" : "/tmp/ambit-" + uid + "-";
        return Path.of(name + hash.substring(0, 8), "broker-front/broker.sock");
    }

    @Override
    public void close() throws IOException {
        try {
            ambit("down");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> paths = Files.walk(directory)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(directory);
    }

    /** The two things that are read from JSON here. */
    static final class Json {
        private Json() {}

        static long number(String json, String name) throws IOException {
            return ((ambit.wire.Json.Int) member(json, name)).value();
        }

        /** The numbers of the array that the outermost object has under this name. */
        static Samples samples(String json, String name) throws IOException {
            return Samples.of(((ambit.wire.Json.Arr) member(json, name))
                    .items().stream()
                            .map(item -> ((ambit.wire.Json.Int) item).value())
                            .toList());
        }

        private static ambit.wire.Json member(String json, String name) throws IOException {
            Blob bytes = Blob.of(json.strip().getBytes(StandardCharsets.UTF_8));
            if (ambit.wire.Json.parse(bytes) instanceof ambit.wire.Json.Obj object) {
                return Optional.ofNullable(object.members().get(name))
                        .orElseThrow(() -> new IOException("no " + name + " in " + json));
            }
            throw new IOException("not a JSON object: " + json);
        }
    }
}
