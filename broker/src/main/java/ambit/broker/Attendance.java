package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * The calls of a transaction in which no guest runs: the principal's own command makes them, over the connection that it was asked for on.
 * They are decided, carried out, proved and recorded as a guest's are.
 */
final class Attendance {
    /** Calls on their way at once; one more ends the transaction. */
    static final int MAX_CALLS = 64;

    /** Bound to nothing in any context: the core refuses it, and has that on record. */
    private static final Blob NO_HANDLE = Blob.of(new byte[Limits.ID]);

    private final FrameChannel front;
    private final List<Bound> capabilities;
    private final ContextRun run;
    private final Semaphore room = new Semaphore(MAX_CALLS);

    Attendance(FrameChannel front, List<Bound> capabilities, ContextRun run) {
        this.front = front;
        this.capabilities = List.copyOf(capabilities);
        this.run = run;
    }

    /** Takes calls until whoever attends ends the transaction or is gone, which drops it. */
    void listen() {
        try {
            while (true) {
                switch (FrontRequest.fromCbor(front.receive())) {
                    case FrontRequest.Call call -> begin(call);
                    case FrontRequest.EndAttended(boolean commit) -> {
                        run.leave(commit);
                        return;
                    }
                    case FrontRequest.Kill _ -> run.kill(End.KILLED);
                    case FrontRequest.Run _,
                            FrontRequest.Status _,
                            FrontRequest.Attend _,
                            FrontRequest.Stdin _,
                            FrontRequest.StdinEnd _ ->
                        throw new MalformedException("an attended transaction takes calls and its end");
                }
            }
        } catch (IOException e) {
            run.kill(End.KILLED);
        }
    }

    private void begin(FrontRequest.Call call) throws MalformedException {
        if (!room.tryAcquire()) {
            throw new MalformedException("more calls at once than an attended transaction may have");
        }
        Thread.ofPlatform().daemon().name("attended call").start(() -> answer(call));
    }

    private void answer(FrontRequest.Call call) {
        Reply reply;
        try {
            reply = reply(call);
        } finally {
            room.release(); // before the answer: whoever has it may make the next call
        }
        try {
            front.send(
                    switch (reply) {
                        case Reply.Result(int status, Blob body, Blob proof) ->
                            new FrontEvent.Answered(call.id(), status, body, proof).toCbor();
                        case Reply.Refused(Denial code, String sentence) ->
                            new FrontEvent.Failed(call.id(), code, Text.cut(sentence, Limits.SENTENCE)).toCbor();
                    });
        } catch (IOException e) {
            run.kill(End.KILLED);
        }
    }

    private Reply reply(FrontRequest.Call call) {
        Context context = run.calls();
        return switch (call.syscall()) {
            case TOOL_CALL ->
                context.toolCall(handle(call.capability()), call.params(), piece -> pass(call.id(), piece));
            case MEMORY_READ -> context.memoryRead(call.params());
            case MEMORY_WRITE -> context.memoryWrite(call.params());
            case LOG -> context.log(call.params());
            case SPAWN_CHILD ->
                new Reply.Refused(Denial.MALFORMED, "an attended transaction starts no children: they have guests");
        };
    }

    private Blob handle(String capability) {
        return capabilities.stream()
                .filter(it -> it.name().equals(capability) && it.kind() == Bound.TOOL)
                .map(Bound::handle)
                .findFirst()
                .orElse(NO_HANDLE);
    }

    private void pass(long id, Blob piece) throws IOException {
        front.send(new FrontEvent.Piece(id, piece).toCbor());
    }
}
