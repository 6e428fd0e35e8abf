package ambit.cli.shipping;

import ambit.cli.config.Credential;
import ambit.cli.config.Shipping;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A place to ship to, with all that it takes to reach it. */
public final class Destination {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String OTLP_PATH = "/v1/logs";

    private final String to;
    private final Receiver receiver;

    private Destination(String to, Receiver receiver) {
        this.to = to;
        this.receiver = receiver;
    }

    /**
     * Where {@code shipping} names; paths are relative to {@code directory}, and credentials found there or in {@code environment}.
     *
     * @param version of this program, which some receivers are told
     */
    public static Destination of(Shipping shipping, Path directory, Map<String, String> environment, String version) {
        String to = shipping.to();
        String rest = to.substring(to.indexOf(':') + 1);
        if (to.startsWith("file:")) {
            Path file = directory.resolve(rest).toAbsolutePath().normalize();
            return new Destination("file:" + file, new FileReceiver(file));
        }
        if (to.startsWith("otlp:")) {
            URI given = URI.create(rest);
            boolean bare = given.getPath() == null
                    || given.getPath().isEmpty()
                    || given.getPath().equals("/");
            URI address = bare ? given.resolve(OTLP_PATH) : given;
            OtlpReceiver.Bearer bearer = () -> token(shipping.credential(), directory, environment);
            return new Destination(to, new OtlpReceiver(address, new OtlpLogs(here(), version), bearer, PATIENCE));
        }
        int colon = rest.lastIndexOf(':');
        String host = rest.substring(2, colon);
        int port = Integer.parseInt(rest.substring(colon + 1));
        return new Destination(
                to,
                to.startsWith("syslog+udp:")
                        ? new DatagramReceiver(host, port, here())
                        : new SyslogReceiver(host, port, here(), PATIENCE));
    }

    private static Optional<String> token(
            Optional<Credential> credential, Path directory, Map<String, String> environment) throws IOException {
        if (credential.isEmpty()) {
            return Optional.empty();
        }
        String token = switch (credential.get()) {
            case Credential.Variable(String name) -> environment.getOrDefault(name, "");
            case Credential.File(String path) ->
                Files.readString(directory.resolve(path)).strip();
        };
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new IOException("the credential " + credential.get() + " is not set, or no token");
        }
        return Optional.of(token);
    }

    /** What receivers know this machine by: at most 255 visible ASCII characters, {@code -} where it has no name. */
    private static String here() {
        try {
            String name = InetAddress.getLocalHost().getHostName();
            return name.matches("[\\x21-\\x7e]{1,255}") ? name : "-";
        } catch (UnknownHostException e) {
            return "-";
        }
    }

    /** As it is written in {@code ambit.yaml}, a file with its whole path: the name of its cursor. */
    public String to() {
        return to;
    }

    Receiver receiver() {
        return receiver;
    }
}
