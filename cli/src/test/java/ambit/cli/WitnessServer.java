package ambit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.audit.tlog.Witness;
import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Ambit's witness behind a real HTTP server, which can be away, or say something else. */
final class WitnessServer implements AutoCloseable {
    private static final long PATIENCE_NANOS = 5_000_000_000L;
    private static final long LOOK_AGAIN_NANOS = 10_000_000;

    private final String name;
    private final List<NoteSigner> signers;
    private final Witness witness;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Optional<Witness.Answer> answer = Optional.empty();
    private volatile BooleanSupplier ready = () -> true;
    private HttpServer server;

    private WitnessServer(String name, List<NoteSigner> signers, Witness witness) throws IOException {
        this.name = name;
        this.signers = signers;
        this.witness = witness;
        this.server = listen(0);
    }

    /** A witness that knows the log with this key, and keeps its state there. */
    static WitnessServer start(String name, VerifierKey log, Path state) throws IOException {
        SigningKey key = SigningKey.generate();
        List<NoteSigner> signers =
                List.of(NoteSigner.cosigner(name, key), NoteSigner.mlDsa(name, MlDsaKey.ofSeed(key.seed())));
        return new WitnessServer(name, signers, new Witness(state, List.of(log), signers, InstantSource.system()));
    }

    private HttpServer listen(int port) throws IOException {
        HttpServer listening = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        listening.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        listening.createContext("/", this::serve);
        listening.start();
        return listening;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            asked.incrementAndGet();
            Optional<Witness.Answer> told = answer;
            Witness.Answer said = !isReady()
                    ? new Witness.Answer(503, "text/plain", "waited in vain\n")
                    : told.isPresent() ? told.get() : witness.addCheckpoint(body);
            byte[] bytes = said.body().getBytes(UTF_8);
            exchange.sendResponseHeaders(said.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private boolean isReady() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!ready.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return true;
    }

    /** It answers only when this is so, and refuses if that takes long. */
    void answerWhen(BooleanSupplier condition) {
        ready = condition;
    }

    /** What it says from now on, whatever it is asked. */
    void answer(int status, String body) {
        answer = Optional.of(new Witness.Answer(status, "text/plain", body));
    }

    void answerHonestly() {
        answer = Optional.empty();
    }

    /** How often it was asked. */
    int asked() {
        return asked.get();
    }

    String name() {
        return name;
    }

    String at() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** So many lines, all of them true: at many times with its first key, once with the other. */
    String cosignatures(String checkpoint, int lines) {
        return IntStream.range(0, lines)
                .mapToObj(i -> signers.get(i == 0 ? 1 : 0)
                        .sign(checkpoint, 1_800_000_000L + i)
                        .toString())
                .collect(Collectors.joining());
    }

    List<String> keys() {
        return signers.stream().map(it -> it.verifier().toLine()).toList();
    }

    void stop() {
        server.stop(0);
    }

    /** Listens again where it did. */
    void startAgain() throws IOException {
        server = listen(server.getAddress().getPort());
    }

    /** As {@code ambit.yaml} names these. */
    static String yaml(int quorum, WitnessServer... servers) {
        return "log: {witnesses: {quorum: " + quorum + ", every: 1 s, ask: ["
                + IntStream.range(0, servers.length)
                        .mapToObj(i -> "{at: \"" + servers[i].at() + "\", keys: [\""
                                + String.join("\", \"", servers[i].keys()) + "\"]}")
                        .collect(Collectors.joining(", "))
                + "]}}\n";
    }

    @Override
    public void close() {
        stop();
    }
}
