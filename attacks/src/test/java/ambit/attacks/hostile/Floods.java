package ambit.attacks.hostile;

import static ambit.attacks.hostile.Defences.core;
import static ambit.attacks.hostile.Defences.drivers;

import ambit.attacks.hostile.Weakness.Part;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.BrokerToDriver;
import ambit.wire.Cbor;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Denial;
import ambit.wire.FrameChannel;
import ambit.wire.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Too much, too deep, or in pieces. */
final class Floods {
    private static final Duration SHORTLY = Duration.ofSeconds(2);
    private static final String FRAMES = "ambit.wire.FrameChannel";
    private static final String DECODER = "ambit.wire.CborDecoder";
    private static final int CONNECTIONS = 256;
    private static final int MANY = 300;
    private static final String ANSWERED = "others are served";

    /** A poll is the array {@code [6]}. */
    private static final Cbor POLL = new BrokerToCore.Poll().toCbor();

    private Floods() {}

    static Group group() {
        return new Group(
                "Floods",
                List.of(
                        Attack.of(
                                "Announce a frame to the core that is beyond the limit",
                                Result.CLOSED.answer(),
                                core(FRAMES, "receive", "frame beyond its limit"),
                                from -> announced(from.core())),
                        Attack.of(
                                "Announce a frame to the drivers that is beyond the limit",
                                Result.CLOSED.answer(),
                                drivers(FRAMES, "receive", "frame beyond its limit"),
                                from -> announced(from.drivers())),
                        Attack.of(
                                "Add bytes to a message that its frame does not need",
                                Result.CLOSED.answer(),
                                core(DECODER, "document", "bytes after the CBOR document"),
                                from -> frame(from, Arrays.copyOf(Cbor.encode(POLL), 9))),
                        Attack.of(
                                "Spell a message in a second way",
                                Result.CLOSED.answer(),
                                core(DECODER, "argument", "CBOR integer out of range or not in its shortest form"),
                                from -> frame(from, new byte[] {(byte) 0x81, 0x18, 0x06})),
                        Attack.of(
                                "Send the core noise, and an admission with any of its bits changed",
                                "none accepted",
                                Defences.signatures(Part.CORE),
                                Floods::noise),
                        Attack.of(
                                "Nest CBOR until the core's stack is full",
                                Denial.MALFORMED,
                                core(DECODER, "value", "CBOR nested too deep or with too many values"),
                                from -> {
                                    byte[] deep = new byte[50_000];
                                    Arrays.fill(deep, (byte) 0x81);
                                    return answered(
                                            from, new BrokerToCore.Admit(Blob.of(deep), Blob.EMPTY, Blob.EMPTY));
                                }),
                        Attack.of(
                                "Nest JSON until the core's stack is full",
                                Denial.MALFORMED,
                                core("ambit.wire.JsonParser", "value", "JSON nested too deep"),
                                from -> {
                                    Admitted context = from.begin(from.plan());
                                    return answered(
                                            from,
                                            new BrokerToCore.Decide(
                                                    context.context(),
                                                    ambit.wire.Syscall.TOOL_CALL,
                                                    Position.handle(context, "model.chat"),
                                                    Plan.utf8("{\"model\":" + "[".repeat(200_000))));
                                }),
                        Attack.of(
                                "Send more arguments than there may be",
                                Denial.TOO_LARGE,
                                core(Defences.CALLS, "arguments", "TOO_LARGE"),
                                from -> Result.of(from.call(
                                        from.begin(from.plan()),
                                        "model.chat",
                                        Plan.utf8(
                                                "{\"model\":\"cheap\",\"messages\":[" + "1,".repeat(20_000) + "1]}")))),
                        Attack.of("Fill the log", Denial.QUOTA, core(Defences.CALLS, "logEvent", "QUOTA"), Floods::log),
                        Attack.of(
                                "Open 300 connections to the core",
                                "256 served",
                                List.of(Weakness.assuming(
                                        Part.CORE, "ambit.wire.Endpoint", "accept", "Semaphore.tryAcquire", true)),
                                Floods::connections),
                        Attack.of(
                                "Send half a frame to the drivers and wait",
                                ANSWERED,
                                List.of(Weakness.onThisThread(Part.DRIVERS, "ambit.wire.Endpoint", "accept")),
                                Floods::halfOpen),
                        Attack.of(
                                "Send the drivers a second request before the first is answered",
                                Result.CLOSED.answer(),
                                drivers(
                                        "ambit.drivers.BrokerService",
                                        "serve",
                                        "a request came before the last one was answered"),
                                Floods::impatient)));
    }

    private static Result announced(Line line) throws IOException {
        try (line) {
            line.sendBytes(
                    ByteBuffer.allocate(4).putInt(FrameChannel.MAX_FRAME + 1).array());
            return line.closes(SHORTLY) ? Result.CLOSED : Result.success("it waits for the rest");
        }
    }

    private static Result frame(Position from, byte[] content) throws IOException {
        try (Line line = from.core()) {
            line.sendFrame(content);
            line.receive();
            return Result.success("it was answered");
        } catch (Line.Silence e) {
            throw e;
        } catch (IOException e) {
            return Result.CLOSED;
        }
    }

    /** Frames of random bytes, and of an honest message with one bit changed, every part of it in turn. */
    private static Result noise(Position from) throws IOException {
        Random random = new Random(20_261_125);
        byte[] message = Cbor.encode(from.plan().papers().admit().toCbor());
        for (int i = 0; i < 240; i++) {
            byte[] content = message.clone();
            if (i % 4 == 0) {
                content = new byte[random.nextInt(1, 200)];
                random.nextBytes(content);
            } else {
                content[i * content.length / 240] ^= (byte) (1 << random.nextInt(8));
            }
            try (Line line = from.core()) {
                line.sendFrame(content);
                if (CoreToBroker.fromCbor(line.receive()) instanceof Admitted) {
                    return Result.success("it was admitted");
                }
            } catch (Line.Silence e) {
                throw e;
            } catch (IOException e) {
                // It was closed, as it should be.
            }
        }
        requireCommand(from);
        return Result.failed("none accepted");
    }

    /** Whoever floods the broker's socket has not closed the command's. */
    private static void requireCommand(Position from) throws IOException {
        if (!(from.honest().command(new AdminToCore.Status()) instanceof CoreToAdmin.CoreStatus)) {
            throw new IllegalStateException("the command is not answered");
        }
    }

    /** What cannot be read is refused in words; a core that says nothing has come to harm. */
    private static Result answered(Position from, BrokerToCore message) throws IOException {
        try {
            return from.askApart(message) instanceof Denied denied
                    ? Result.refused(denied.code())
                    : Result.success("it was accepted");
        } catch (IOException e) {
            return Result.success("the core did not answer");
        }
    }

    private static Result log(Position from) throws IOException {
        Admitted context = from.begin(from.plan());
        Blob event = Plan.utf8("\"" + "x".repeat(Limits.EVENT - 2) + "\"");
        for (int i = 0; i < 512; i++) {
            from.ask(new BrokerToCore.LogEvent(context.context(), event));
        }
        return Result.of(from.ask(new BrokerToCore.LogEvent(context.context(), event)));
    }

    /** What is in use already is among them, so that no more than the limit may be served, and the command still is. */
    private static Result connections(Position from) throws IOException {
        List<Line> lines = new ArrayList<>();
        try {
            int served = 1;
            for (int i = 0; i < MANY; i++) {
                try {
                    Line line = from.core();
                    lines.add(line);
                    line.ask(POLL);
                    served++;
                } catch (IOException e) {
                    // One too many.
                }
            }
            requireCommand(from);
            return served <= CONNECTIONS ? Result.failed(CONNECTIONS + " served") : Result.success(served + " served");
        } finally {
            for (Line line : lines) {
                line.close();
            }
            awaitRoom(from);
        }
    }

    /** The core notices each end in its own time. */
    private static void awaitRoom(Position from) throws IOException {
        for (int i = 0; i < 1000; i++) {
            try (Line line = from.core()) {
                line.ask(POLL);
                return;
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
    }

    private static Result halfOpen(Position from) throws IOException {
        Permitted permitted = from.permit(from.begin(from.plan()), Position.talk("x"));
        try (Line half = from.drivers();
                Line other = from.drivers()) {
            half.sendBytes(new byte[] {0, 0, 1, 0, 1, 2, 3});
            other.send(new BrokerToDriver.Execute(permitted.permit(), Position.talk("x")).toCbor());
            other.receive(Duration.ofSeconds(10));
            return Result.failed(ANSWERED);
        } catch (Line.Silence e) {
            return Result.success("nobody else is served");
        }
    }

    private static Result impatient(Position from) throws IOException {
        Admitted context = from.begin(from.plan());
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        for (int i = 0; i < 2; i++) {
            Blob params = Position.talk("slow " + i);
            byte[] frame = Cbor.encode(
                    new BrokerToDriver.Execute(from.permit(context, params).permit(), params).toCbor());
            both.writeBytes(ByteBuffer.allocate(4).putInt(frame.length).array());
            both.writeBytes(frame);
        }
        try (Line line = from.drivers()) {
            line.sendBytes(both.toByteArray());
            Position.last(line);
            Position.last(line);
            return Result.success("both were carried out");
        } catch (Line.Silence e) {
            throw e;
        } catch (IOException e) {
            return Result.CLOSED;
        }
    }
}
