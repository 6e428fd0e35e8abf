package ambit.drivers;

import ambit.wire.BrokerToDriver;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.Endpoint;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One connection of the broker: requests one after the other, each answered before the next may come. The connection is read while
 * a call runs, because its end is how the broker cancels.
 */
final class BrokerService implements Endpoint.Session {
    private final Calls calls;

    BrokerService(Calls calls) {
        this.calls = calls;
    }

    @Override
    public void serve(FrameChannel connection) throws IOException {
        AtomicBoolean busy = new AtomicBoolean();
        Cancellation current = new Cancellation();
        try {
            while (true) {
                Cbor frame = connection.receive();
                if (!busy.compareAndSet(false, true)) {
                    throw new IOException("a request came before the last one was answered");
                }
                Cancellation call = new Cancellation();
                current = call;
                BrokerToDriver request = BrokerToDriver.fromCbor(frame);
                Thread.ofVirtual().name("call").start(() -> answer(connection, request, call, busy));
            }
        } finally {
            current.cancel();
        }
    }

    private void answer(
            FrameChannel connection, BrokerToDriver request, Cancellation cancellation, AtomicBoolean busy) {
        DriverToBroker last = switch (request) {
            case BrokerToDriver.Execute execute ->
                calls.execute(execute, reply -> send(connection, reply), cancellation);
        };
        busy.set(false);
        try {
            send(connection, last);
        } catch (DriverFailure e) {
            // the broker left; the outcome is in the log all the same
            System.getLogger("ambit.drivers").log(System.Logger.Level.DEBUG, "nobody waits for an answer", e);
        }
    }

    private static void send(FrameChannel connection, DriverToBroker reply) throws DriverFailure {
        try {
            connection.send(reply.toCbor());
        } catch (IOException e) {
            throw new DriverFailure(Denial.CONTEXT_ENDED, "the broker closed the connection", e);
        }
    }
}
