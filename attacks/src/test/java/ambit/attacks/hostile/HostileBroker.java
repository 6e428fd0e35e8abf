package ambit.attacks.hostile;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The program in the broker's place. The supervisor starts it as the broker, with the broker's configuration, in the broker's boundary; to
 * the command it looks like an idle one. Whoever speaks to it in another way on the front socket is the test, which says what to try.
 */
public final class HostileBroker {
    private static final int CORE = 1;
    private static final int DRIVERS = 2;
    private static final int FRONT = 3;

    private final Blob config;

    private HostileBroker(Blob config) {
        this.config = config;
    }

    public static void main(String[] arguments) throws IOException {
        new HostileBroker(Blob.of(Files.readAllBytes(Path.of(arguments[0])))).listen();
    }

    private Path socket(int field) throws IOException {
        return Path.of(Tamper.get(config, field) instanceof Cbor.Text(String path) ? path : "");
    }

    private void listen() throws IOException {
        Path front = socket(FRONT);
        Files.deleteIfExists(front);
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(front));
            Files.setPosixFilePermissions(front, PosixFilePermissions.fromString("rw-rw-rw-"));
            while (true) {
                SocketChannel client = listener.accept();
                Thread.ofPlatform().daemon().start(() -> serve(client));
            }
        }
    }

    private void serve(SocketChannel client) {
        try (Line line = Line.over(client)) {
            Cbor first = line.await();
            if (first.equals(new FrontRequest.Status().toCbor())) {
                line.send(new FrontEvent.Live(List.of()).toCbor());
            } else {
                obey(line, first);
            }
        } catch (IOException e) {
            System.err.println("hostile: " + e);
        }
    }

    private void obey(Line line, Cbor first) throws IOException {
        Order order = Order.fromCbor(first);
        try (Position from = new Position(socket(CORE), socket(DRIVERS), new Word.Far(line), targets(order))) {
            Optional<Bystander> bystander = Optional.empty();
            while (true) {
                if (bystander.isEmpty() && !Battery.named(attack(order)).isOfTheBoundary()) {
                    bystander = Optional.of(new Bystander(from));
                }
                line.send(carriedOut(from, order, bystander).toCbor());
                order = Order.fromCbor(line.await());
            }
        }
    }

    private static Targets targets(Order order) {
        return switch (order) {
            case Order.Prepare prepare -> prepare.targets();
            case Order.Strike strike -> strike.targets();
        };
    }

    private static String attack(Order order) {
        return switch (order) {
            case Order.Prepare prepare -> prepare.attack();
            case Order.Strike strike -> strike.attack();
        };
    }

    private static Word carriedOut(Position from, Order order, Optional<Bystander> bystander) {
        try {
            return switch (order) {
                case Order.Prepare(String attack, Targets _) ->
                    new Word.Prepared(Battery.named(attack).preparation().prepare(from));
                case Order.Strike(String attack, Targets _, Blob prepared) -> {
                    Result result = Battery.named(attack).late().strike(from, prepared);
                    if (bystander.isPresent()) {
                        bystander.get().requireUnharmed();
                    }
                    yield new Word.Struck(result.succeeded(), result.answer());
                }
            };
        } catch (Exception e) {
            return new Word.Broken(String.valueOf(e));
        }
    }
}
