package ambit.cli;

import ambit.audit.tlog.Witness;
import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.cli.outcome.Failure;
import ambit.log.JournalException;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.MalformedException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "witness",
        description = "Cosign the checkpoints of logs, each only if it continues the one before (C2SP tlog-witness).",
        mixinStandardHelpOptions = true)
final class WitnessCommand implements Callable<Integer> {
    private static final int SEED = SigningKey.SEED;
    private static final String LABEL = "ambit-witness ";

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(names = "--listen", required = true, paramLabel = "HOST:PORT", description = "Where to answer HTTP.")
    private String listen = "";

    @Option(
            names = "--key",
            required = true,
            paramLabel = "FILE",
            description =
                    "Its secret keys; made if the file is not there. What it cosigned last is kept in FILE.state.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What a new key is called, such as example.com/witness.")
    private String name = "ambit-witness";

    @Option(
            names = "--log",
            required = true,
            paramLabel = "VKEY",
            description = "A verifier key of a log, from its core.vkey. Can be repeated.")
    private List<String> logs = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<VerifierKey> known = logs.stream().map(WitnessCommand::vkey).toList();
        List<NoteSigner> signers = signers();
        Witness witness =
                new Witness(file.resolveSibling(file.getFileName() + ".state"), known, signers, InstantSource.system());
        HttpServer server = server();
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(exchange, witness));
        server.start();
        signers.forEach(it -> main.terminal().result(it.verifier().toLine()));
        main.terminal().say("ambit: witness at http:/" + server.getAddress());
        new CountDownLatch(1).await();
        return 0;
    }

    private HttpServer server() {
        try {
            return HttpServer.create(address(), 0);
        } catch (IOException e) {
            throw Failure.usage("cannot listen at " + listen + ": " + e.getMessage(), "name another --listen")
                    .because(e);
        }
    }

    private InetSocketAddress address() {
        int colon = listen.lastIndexOf(':');
        String port = listen.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw Failure.usage("--listen needs a host and a port", "such as 127.0.0.1:8080");
        }
        return new InetSocketAddress(listen.substring(0, colon), Integer.parseInt(port));
    }

    private static void answer(HttpExchange exchange, Witness witness) throws IOException {
        try (exchange) {
            Witness.Answer answer = answerTo(exchange, witness);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Witness.Answer answerTo(HttpExchange exchange, Witness witness) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        if (path.equals("/add-checkpoint") && method.equals("POST")) {
            byte[] body = exchange.getRequestBody().readNBytes(Witness.largestRequest() + 1);
            return body.length > Witness.largestRequest()
                    ? new Witness.Answer(400, "text/plain", "the request is too large\n")
                    : remembering(() -> witness.addCheckpoint(body));
        }
        if (path.matches("/[0-9a-f]{64}/checkpoint") && method.equals("GET")) {
            return remembering(() -> witness.checkpoint(path.substring(1, 65)));
        }
        return new Witness.Answer(404, "text/plain", "there is nothing here\n");
    }

    /** Something that needs what was cosigned last. */
    private interface Remembering {
        Witness.Answer answer() throws IOException;
    }

    /** A witness that cannot read or write what it cosigned last cosigns nothing. */
    private static Witness.Answer remembering(Remembering remembering) {
        try {
            return remembering.answer();
        } catch (JournalException | IOException e) {
            return new Witness.Answer(
                    500, "text/plain", "the witness's state cannot be used: " + e.getMessage() + "\n");
        }
    }

    static VerifierKey vkey(String line) {
        try {
            return VerifierKey.parse(line.strip());
        } catch (JournalException e) {
            throw Failure.usage(String.valueOf(e.getMessage()), "it looks like name+1234abcd+AbCd…");
        }
    }

    /** An Ed25519 cosigner and an ML-DSA-44 one, each with its own key. */
    private List<NoteSigner> signers() {
        try {
            return signers(file);
        } catch (IOException e) {
            throw Failure.usage("cannot read or write the witness's key in " + file, "name another file with --key")
                    .because(e);
        }
    }

    private List<NoteSigner> signers(Path file) throws IOException {
        if (!Files.exists(file)) {
            if (!name.matches("[^\\s+]{1,255}")) {
                throw Failure.usage(
                        "'" + name + "' cannot be a witness's name", "no spaces and no +, such as witness.example/one");
            }
            vkey(NoteSigner.cosigner(name, SigningKey.generate()).verifier().toLine());
            byte[] seeds = new byte[2 * SEED];
            new SecureRandom().nextBytes(seeds);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    file,
                    LABEL + name + " " + Base64.getEncoder().encodeToString(seeds) + "\n",
                    StandardOpenOption.SYNC,
                    StandardOpenOption.WRITE);
        }
        List<String> words = Arrays.asList(Files.readString(file).strip().split(" ", -1));
        try {
            byte[] seeds = Base64.getDecoder().decode(words.getLast());
            if (words.size() != 3 || !LABEL.strip().equals(words.getFirst()) || seeds.length != 2 * SEED) {
                throw new MalformedException("not a witness's key");
            }
            SigningKey first = SigningKey.ofSeed(Arrays.copyOf(seeds, SEED));
            MlDsaKey second = MlDsaKey.ofSeed(Arrays.copyOfRange(seeds, SEED, 2 * SEED));
            return List.of(NoteSigner.cosigner(words.get(1), first), NoteSigner.mlDsa(words.get(1), second));
        } catch (MalformedException | IllegalArgumentException e) {
            throw Failure.usage(file + " is not a witness's key", "name another file; it is made if it is not there")
                    .because(e);
        }
    }
}
