package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.End;
import ambit.wire.FrontEvent;
import ambit.wire.Json;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The syscalls of one context, each a decision of the core and, if it allows, an execution by a driver.
 *
 * <p>Nothing of a result is given back unless the core's proof says that it is this context's answer to this very call.
 */
final class ContextCalls implements Context {
    private static final long UNLIMITED = -1;
    private static final long NOT_RECORDED = -1;
    private static final int NO_EXIT_CODE = -1;
    private static final Blob NOTHING = JsonText.utf8("{}");

    /** Between two questions to the core whether a call is approved by now. */
    private static final long FIRST_PAUSE_MS = 50;

    private static final long LAST_PAUSE_MS = 1_000;

    /** The core's clock decides when a wait is over. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Admitted admitted;
    private final Kernel kernel;
    private final Proofs proofs;
    private final Family family;
    private final Observer observer;
    private final Tally tally;
    private final Map<Blob, Bound> capabilities = new HashMap<>();

    /** A child is called by the id of its context. */
    private final Set<Blob> children = ConcurrentHashMap.newKeySet();

    private final Set<Kernel.Execution> running = ConcurrentHashMap.newKeySet();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean ended;

    /** Calls of one transaction, its children's included. */
    static final class Tally {
        final AtomicLong calls = new AtomicLong();
        final AtomicLong denied = new AtomicLong();
        final AtomicLong effects = new AtomicLong();
    }

    ContextCalls(Admitted admitted, Kernel kernel, Proofs proofs, Family family, Observer observer, Tally tally) {
        this.admitted = admitted;
        this.kernel = kernel;
        this.proofs = proofs;
        this.family = family;
        this.observer = observer;
        this.tally = tally;
        for (Bound capability : admitted.capabilities()) {
            capabilities.put(capability.handle(), capability);
        }
    }

    /** One call on its way, and what the observer will hear of it. */
    private final class Call {
        private final Syscall syscall;
        private final String name;
        private final Blob params;
        private final long begun = System.nanoTime();
        private boolean effect;
        private long left = UNLIMITED;
        private long logIndex = NOT_RECORDED;

        Call(Syscall syscall, String name, Blob params) {
            this.syscall = syscall;
            this.name = name;
            this.params = params;
        }

        Reply done(Reply reply) {
            Optional<Denial> denial = Optional.empty();
            String sentence = "";
            if (reply instanceof Reply.Refused(Denial code, String why)) {
                denial = Optional.of(code);
                sentence = why;
                tally.denied.incrementAndGet();
            }
            tally.calls.incrementAndGet();
            observer.saw(new FrontEvent.Called(
                    admitted.agent(),
                    syscall,
                    Text.cut(name, Limits.MEMORY_KEY),
                    denial,
                    Text.cut(sentence, Limits.SENTENCE),
                    (System.nanoTime() - begun) / 1_000_000,
                    left,
                    logIndex,
                    Text.preview(params)));
            return reply;
        }
    }

    @Override
    public List<Bound> capabilities() {
        return admitted.capabilities();
    }

    @Override
    public Reply handles() {
        return switch (ask(new BrokerToCore.Handles(admitted.context()))) {
            case CoreToBroker.Listed(Blob listing, long sequence, Blob proof) ->
                proved(proof, sequence, Blob.EMPTY, listing);
            case CoreToBroker.Denied(Denial code, String sentence, long _) -> new Reply.Refused(code, sentence);
            case CoreToBroker other -> unexpected(other);
        };
    }

    @Override
    public Reply toolCall(Blob handle, Blob params, Chunks chunks) {
        Bound capability = capabilities.get(handle);
        String name = capability == null ? "(no such handle)" : capability.name();
        if (children.contains(handle)) {
            Call call = new Call(Syscall.TOOL_CALL, "(child's result)", params);
            return call.done(childResult(call, handle, params));
        }
        Call call = new Call(Syscall.TOOL_CALL, name, params);
        call.effect = capability != null && !capability.read();
        return call.done(effect(call, handle, params, chunks));
    }

    @Override
    public Reply memoryRead(Blob params) {
        Call call = new Call(Syscall.MEMORY_READ, key(params), params);
        return call.done(effect(call, Blob.EMPTY, params, ContextCalls::refuseChunk));
    }

    @Override
    public Reply memoryWrite(Blob params) {
        Call call = new Call(Syscall.MEMORY_WRITE, key(params), params);
        return call.done(effect(call, Blob.EMPTY, params, ContextCalls::refuseChunk));
    }

    private static void refuseChunk(Blob piece) throws IOException {
        throw new IOException("memory does not stream");
    }

    private static String key(Blob params) {
        try {
            return Json.parse(params) instanceof Json.Obj(Map<String, Json> members)
                            && members.get("key") instanceof Json.Str(String key)
                    ? key
                    : "";
        } catch (MalformedException e) {
            return "";
        }
    }

    @Override
    public Reply log(Blob event) {
        Call call = new Call(Syscall.LOG, "log", event);
        return call.done(logged(call, event));
    }

    private Reply logged(Call call, Blob event) {
        return switch (ask(new BrokerToCore.LogEvent(admitted.context(), event))) {
            case CoreToBroker.Logged(long sequence, long index, Blob proof) -> {
                call.logIndex = index;
                yield proved(proof, sequence, event, NOTHING);
            }
            case CoreToBroker.Denied denied -> denied(call, denied);
            case CoreToBroker other -> unexpected(other);
        };
    }

    @Override
    public Reply spawnChild(Blob handle, Blob narrowing, String input, Blob params) {
        Bound capability = capabilities.get(handle);
        Call call =
                new Call(Syscall.SPAWN_CHILD, capability == null ? "(no such handle)" : capability.name(), narrowing);
        return call.done(spawned(call, handle, narrowing, input, params));
    }

    private Reply spawned(Call call, Blob handle, Blob narrowing, String input, Blob params) {
        Blob blocks;
        try {
            blocks = NarrowingReader.toCbor(narrowing, admitted.capabilities());
        } catch (MalformedException e) {
            return new Reply.Refused(Denial.MALFORMED, String.valueOf(e.getMessage()));
        }
        return switch (ask(new BrokerToCore.Spawn(admitted.context(), handle, blocks, params))) {
            case Admitted child -> {
                call.logIndex = child.logIndex();
                yield begin(child, input, params);
            }
            case CoreToBroker.Denied denied -> denied(call, denied);
            case CoreToBroker other -> unexpected(other);
        };
    }

    private Reply begin(Admitted child, String input, Blob params) {
        Blob named = JsonText.utf8(Json.quote(child.context().toHex()));
        Reply reply = proved(child.proof(), child.sequence(), params, named);
        if (!(reply instanceof Reply.Result)) {
            ask(new BrokerToCore.EndContext(child.context(), End.KILLED, NO_EXIT_CODE, Blob.EMPTY));
            return reply;
        }
        children.add(child.context());
        try {
            family.begin(child, input);
            return reply;
        } catch (Family.ChildRefused e) {
            children.remove(child.context());
            return new Reply.Refused(e.code(), e.sentence());
        }
    }

    private Reply effect(Call call, Blob handle, Blob params, Chunks chunks) {
        if (ended) {
            return refused(Denial.CONTEXT_ENDED);
        }
        return switch (decided(call, new BrokerToCore.Decide(admitted.context(), call.syscall, handle, params))) {
            case Permitted permitted -> {
                call.logIndex = permitted.logIndex();
                call.left = permitted.left();
                yield execute(permitted, call, params, chunks);
            }
            case CoreToBroker.Pending _ -> refused(Denial.APPROVAL_REQUIRED);
            case CoreToBroker.Denied denied -> denied(call, denied);
            case CoreToBroker other -> unexpected(other);
        };
    }

    /** The core's decision, after people had their time to approve the call; it is a pending one still if they did not. */
    private CoreToBroker decided(Call call, BrokerToCore.Decide decide) {
        CoreToBroker answer = ask(decide);
        if (!(answer instanceof CoreToBroker.Pending(Blob approval, long waitMs, long index))) {
            return answer;
        }
        call.logIndex = index;
        observer.saw(new FrontEvent.Waiting(
                admitted.agent(), Text.cut(call.name, Limits.MEMORY_KEY), approval, waitMs, index));
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        long pauseMs = FIRST_PAUSE_MS;
        try {
            // Once more after the deadline: then the core refuses, and has that on record.
            while (answer instanceof CoreToBroker.Pending && deadline + GRACE_NANOS > System.nanoTime()) {
                long leftMs = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()) + 1);
                if (over.await(Math.min(pauseMs, leftMs), TimeUnit.MILLISECONDS)) {
                    return new CoreToBroker.Denied(Denial.CONTEXT_ENDED, Denial.CONTEXT_ENDED.sentence(), NOT_RECORDED);
                }
                pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
                answer = ask(decide);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return answer;
    }

    private Reply execute(Permitted permitted, Call call, Blob params, Chunks chunks) {
        try (Kernel.Execution execution = kernel.execute(permitted.permit(), params)) {
            running.add(execution);
            try {
                return ended ? refused(Denial.CONTEXT_ENDED) : follow(execution, permitted, call, params, chunks);
            } finally {
                running.remove(execution);
            }
        } catch (IOException e) {
            if (ended) {
                return refused(Denial.CONTEXT_ENDED);
            }
            return new Reply.Refused(Denial.DRIVER_UNAVAILABLE, "the call broke off: " + e.getMessage());
        }
    }

    private Reply follow(Kernel.Execution execution, Permitted permitted, Call call, Blob params, Chunks chunks)
            throws IOException {
        MessageDigest digest = sha256();
        while (true) {
            switch (execution.next()) {
                case DriverToBroker.Chunk(Blob piece) -> {
                    digest.update(piece.toArray());
                    chunks.forward(piece);
                }
                case DriverToBroker.Done(int status, Blob result, Blob proof) -> {
                    digest.update(result.toArray());
                    Blob whole = Blob.of(digest.digest());
                    if (!proofs.confirm(proof, expected(permitted, params, Optional.of(whole)))) {
                        return unproved();
                    }
                    if (call.effect) {
                        tally.effects.incrementAndGet();
                    }
                    return new Reply.Result(status, result, proof);
                }
                case DriverToBroker.Failed(Denial code, String sentence, Blob proof) -> {
                    boolean own =
                            proof.isEmpty() || proofs.confirm(proof, expected(permitted, params, Optional.empty()));
                    return own ? new Reply.Refused(code, sentence) : unproved();
                }
            }
        }
    }

    private Proofs.Expected expected(Permitted permitted, Blob params, Optional<Blob> result) {
        return new Proofs.Expected(
                admitted.context(), admitted.transaction(), permitted.sequence(), params.sha256(), result);
    }

    private static Reply unproved() {
        return new Reply.Refused(Denial.INTERNAL, "the reply carries no proof that it belongs to this call");
    }

    /** Only when the child has ended can the core say what its result is. */
    private Reply childResult(Call call, Blob child, Blob params) {
        Blob result;
        try {
            result = family.awaitResult(child);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return refused(Denial.CONTEXT_ENDED);
        }
        return switch (ask(new BrokerToCore.Decide(admitted.context(), call.syscall, child, params))) {
            case CoreToBroker.ChildResult(Blob _, long sequence, long index, Blob proof) -> {
                call.logIndex = index;
                yield proved(proof, sequence, params, result);
            }
            case CoreToBroker.Denied denied -> denied(call, denied);
            case CoreToBroker other -> unexpected(other);
        };
    }

    private Reply proved(Blob proof, long sequence, Blob params, Blob result) {
        Proofs.Expected expected = new Proofs.Expected(
                admitted.context(), admitted.transaction(), sequence, params.sha256(), Optional.of(result.sha256()));
        return proofs.confirm(proof, expected) ? new Reply.Result(200, result, proof) : unproved();
    }

    /** The core's answer; if there is none, a denial, for without the core nothing is allowed. */
    private CoreToBroker ask(BrokerToCore request) {
        try {
            return kernel.ask(request);
        } catch (Kernel.KernelLost e) {
            return new CoreToBroker.Denied(Denial.INTERNAL, "the core does not answer", NOT_RECORDED);
        }
    }

    private static Reply denied(Call call, CoreToBroker.Denied denied) {
        call.logIndex = denied.logIndex();
        return new Reply.Refused(denied.code(), denied.sentence());
    }

    private static Reply refused(Denial code) {
        return new Reply.Refused(code, code.sentence());
    }

    private static Reply unexpected(CoreToBroker answer) {
        System.getLogger(ContextCalls.class.getName())
                .log(System.Logger.Level.ERROR, "the core answered another question: {0}", answer.getClass());
        return refused(Denial.INTERNAL);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Refuses all further calls and cancels those that run. */
    void end() {
        ended = true;
        over.countDown();
        running.forEach(Kernel.Execution::close);
    }
}
