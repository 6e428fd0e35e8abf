package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.DriverToCore.Hello;
import ambit.wire.FrameChannel;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import ambit.wire.Peer;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The connections to the core: one on which it commands, and a few on which receipts are recorded, each strictly request and
 * reply. When any of them breaks, or the core says what it must not say, the core is lost and {@code lost} runs.
 *
 * <p>Safe for use by several threads.
 */
final class CoreLink implements Outcomes, Bodies.Reports, AutoCloseable {
    private static final int RECEIPT_CONNECTIONS = 4;

    /** Callers are told by the core, with some words of its own. */
    private static final int MAX_SENTENCE = Limits.SENTENCE - 64;

    private final List<FrameChannel> all = new ArrayList<>();
    private final BlockingQueue<FrameChannel> idle = new ArrayBlockingQueue<>(RECEIPT_CONNECTIONS);
    private final FrameChannel control;
    private final Runnable lost;
    private final long welcomedMs;

    private CoreLink(Greeted core, List<FrameChannel> receipts, Runnable lost) {
        this.control = core.frames();
        this.welcomedMs = core.nowMs();
        this.lost = lost;
        all.add(control);
        all.addAll(receipts);
        idle.addAll(receipts);
    }

    /**
     * Connects.
     *
     * @param users who may be at the other end
     * @param coreKey the key that the core must say is its own
     * @param receiptKey the raw public key of this process's receipts
     */
    static CoreLink connect(
            Path socket, List<String> users, Blob coreKey, Blob receiptKey, List<String> drivers, Runnable lost)
            throws IOException {
        Greeted control = hello(socket, users, coreKey, new Hello(Hello.CONTROL, receiptKey, drivers));
        List<FrameChannel> receipts = new ArrayList<>();
        for (int i = 0; i < RECEIPT_CONNECTIONS; i++) {
            receipts.add(hello(socket, users, coreKey, new Hello(Hello.RECEIPTS, receiptKey, drivers))
                    .frames());
        }
        return new CoreLink(control, receipts, lost);
    }

    private record Greeted(FrameChannel frames, long nowMs) {}

    private static Greeted hello(Path socket, List<String> users, Blob coreKey, Hello hello) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        boolean greeted = false;
        try {
            String user = Peer.uid(channel);
            if (!users.contains(user)) {
                throw new IOException("at the core's socket answers the user " + user + ", which is not the core's");
            }
            FrameChannel frames = new FrameChannel(channel);
            frames.send(hello.toCbor());
            if (!(CoreToDriver.fromCbor(frames.receive()) instanceof CoreToDriver.Welcome(Blob key, long nowMs))
                    || !key.equals(coreKey)) {
                throw new IOException("the core does not welcome the drivers with the key that they were given");
            }
            greeted = true;
            return new Greeted(frames, nowMs);
        } finally {
            if (!greeted) {
                channel.close();
            }
        }
    }

    /** The core's time, in milliseconds since 1970, when it welcomed the drivers. */
    long welcomedMs() {
        return welcomedMs;
    }

    @Override
    public Blob record(Blob receipt) throws DriverFailure {
        return report(new DriverToCore.Outcome(receipt));
    }

    @Override
    public void shredded(String transaction, long bodies, String why) throws DriverFailure {
        report(new DriverToCore.Shredded(transaction, bodies, why));
    }

    private Blob report(DriverToCore report) throws DriverFailure {
        FrameChannel connection;
        try {
            connection = idle.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unrecorded();
        }
        try {
            connection.send(report.toCbor());
            CoreToDriver reply = CoreToDriver.fromCbor(connection.receive());
            idle.add(connection);
            return switch (reply) {
                case CoreToDriver.Recorded(Blob proof, long _) -> proof;
                case CoreToDriver.Denied(Denial code, String sentence) -> throw new DriverFailure(code, sentence);
                case CoreToDriver.Welcome _,
                        CoreToDriver.Keys _,
                        CoreToDriver.Forget _,
                        CoreToDriver.MapContext _,
                        CoreToDriver.CommitContext _,
                        CoreToDriver.DropContext _,
                        CoreToDriver.WasCommitted _ -> throw new MalformedException("not a reply to an outcome");
            };
        } catch (IOException e) {
            lost.run();
            throw unrecorded();
        }
    }

    private static DriverFailure unrecorded() {
        return new DriverFailure(
                Denial.LOG_UNAVAILABLE, "the core did not record what came of the call, so its answer is withheld");
    }

    /** Carries out the core's commands until the connection ends, then runs {@code lost}. */
    void obey(Contexts contexts, Memories memories) {
        try {
            while (true) {
                CoreToDriver command = CoreToDriver.fromCbor(control.receive());
                control.send(reply(contexts, memories, command).toCbor());
            }
        } catch (EOFException | ClosedChannelException e) {
            System.getLogger("ambit.drivers").log(System.Logger.Level.DEBUG, "the core is gone", e);
        } catch (IOException | RuntimeException e) {
            // as final as a lost connection: the core must not believe that the command was carried out
            System.getLogger("ambit.drivers").log(System.Logger.Level.ERROR, "a command of the core failed", e);
        } finally {
            lost.run();
        }
    }

    private static DriverToCore reply(Contexts contexts, Memories memories, CoreToDriver command)
            throws MalformedException {
        try {
            return switch (command) {
                case CoreToDriver.MapContext map -> {
                    contexts.map(map);
                    yield new DriverToCore.Ok();
                }
                case CoreToDriver.CommitContext(Blob context) -> new DriverToCore.Verdicts(contexts.commit(context));
                case CoreToDriver.DropContext(Blob context) -> {
                    contexts.drop(context);
                    yield new DriverToCore.Ok();
                }
                case CoreToDriver.WasCommitted(String transaction) ->
                    new DriverToCore.Committed(contexts.wasCommitted(transaction));
                case CoreToDriver.Keys(List<CoreToDriver.Offer> offers) ->
                    new DriverToCore.Keys(memories.memory().keys(offers));
                case CoreToDriver.Forget order -> memories.forget(order);
                case CoreToDriver.Welcome _, CoreToDriver.Recorded _, CoreToDriver.Denied _ ->
                    throw new MalformedException("not a command");
            };
        } catch (DriverFailure e) {
            String sentence = e.sentence();
            return new DriverToCore.Failed(e.code(), sentence.substring(0, Math.min(MAX_SENTENCE, sentence.length())));
        }
    }

    @Override
    public void close() {
        for (FrameChannel channel : all) {
            try {
                channel.close();
            } catch (IOException e) {
                // a channel that does not close is closed by the end of the process
            }
        }
    }
}
