package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.BrokerToDriver;
import ambit.wire.DriverToBroker;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The way to the drivers: a connection for each call, because closing it is how a call is cancelled. */
final class DriverLink {
    private final Path socket;
    private final List<String> users;

    DriverLink(Path socket, List<String> users) {
        this.socket = socket;
        this.users = List.copyOf(users);
    }

    Kernel.Execution execute(Blob permit, Blob params) throws IOException {
        FrameChannel connection = Sockets.connect(socket, users);
        try {
            connection.send(new BrokerToDriver.Execute(permit, params).toCbor());
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
        return new Running(connection);
    }

    private record Running(FrameChannel connection) implements Kernel.Execution {
        @Override
        public DriverToBroker next() throws IOException {
            return DriverToBroker.fromCbor(connection.receive());
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (IOException e) {
                // It is closed as far as this process is concerned.
            }
        }
    }
}
