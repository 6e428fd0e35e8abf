package ambit.cli;

import ambit.authority.Proof;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.Signed;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Denial;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A transaction that this command attends: it makes the calls itself, by the authority of the request that its principal signed, and takes
 * no result without the core's proof that it belongs to the call. Closed before its {@link #end}, it leaves nothing.
 *
 * <p>Safe for use by several threads.
 */
final class Attended implements AutoCloseable {
    /** Calls on their way at once; whoever makes more waits. */
    static final int MAX_CALLS = 32;

    /** What came of a call. */
    sealed interface Answer {
        /** @param result the whole of it */
        record Given(int status, Blob result) implements Answer {
            Json json() throws MalformedException {
                return Json.parse(result);
            }
        }

        record Refused(Denial code, String sentence) implements Answer {}
    }

    /** A call on its way: what it asked, what came of it so far, and who waits. */
    private static final class Pending {
        private final Blob params;
        private final ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();

        Pending(Blob params) {
            this.params = params;
        }
    }

    private final Link broker;
    private final Blob coreKey;
    private final String transaction;
    private final AtomicLong ids = new AtomicLong();
    private final Semaphore room = new Semaphore(MAX_CALLS);
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private final Set<Long> shown = new HashSet<>(); // of the reading thread
    private final CompletableFuture<FrontEvent.Finished> finished = new CompletableFuture<>();

    private Attended(Link broker, Blob coreKey, String transaction) {
        this.broker = broker;
        this.coreKey = coreKey;
        this.transaction = transaction;
    }

    /**
     * Begins one.
     *
     * @param coreKey whose proofs count
     * @param transaction its id, as the request has it
     */
    static Attended begin(Link broker, Blob coreKey, String transaction, FrontRequest.Attend request) {
        Attended attended = new Attended(broker, coreKey, transaction);
        try {
            broker.send(request);
            switch (FrontEvent.fromCbor(broker.receive())) {
                case FrontEvent.Started _ -> {}
                case FrontEvent.Refused(Denial code, String sentence, String stage) ->
                    throw stage.equals("kernel")
                            ? Failure.kernel("the kernel failed: " + code + ", " + sentence, "'ambit status'")
                            : Failure.denied(
                                    "denied: " + code + ", " + sentence,
                                    "'ambit log --denied' has the refusal on record");
                case FrontEvent other -> throw new MalformedException("expected a beginning, not " + other.getClass());
            }
        } catch (IOException e) {
            throw lost(e);
        }
        Thread.ofPlatform().daemon().name("attended answers").start(attended::read);
        return attended;
    }

    private static Failure lost(Throwable why) {
        return Failure.kernel(
                        "the broker ended before the transaction did; nothing of it is committed",
                        "'ambit status' says how the kernel is")
                .because(why);
    }

    String transaction() {
        return transaction;
    }

    private void read() {
        Exception over = new IOException("the transaction is over");
        try {
            while (!finished.isDone()) {
                handle(FrontEvent.fromCbor(broker.receive()));
            }
        } catch (IOException | RuntimeException e) {
            over = e;
            finished.completeExceptionally(e);
        }
        for (Pending call : pending.values()) {
            call.answer.completeExceptionally(over);
        }
    }

    private void handle(FrontEvent event) throws MalformedException {
        switch (event) {
            case FrontEvent.Piece(long id, Blob bytes) -> pendingCall(id).pieces.writeBytes(bytes.toArray());
            case FrontEvent.Answered answered -> {
                Pending call = pendingCall(answered.id());
                call.pieces.writeBytes(answered.result().toArray());
                Blob result = Blob.of(call.pieces.toByteArray());
                requireProof(answered.proof(), call.params, result);
                complete(answered.id(), new Answer.Given(answered.status(), result));
            }
            case FrontEvent.Failed(long id, Denial code, String sentence) ->
                complete(id, new Answer.Refused(code, sentence));
            case FrontEvent.Finished it -> finished.complete(it);
            case FrontEvent.Refused(Denial code, String sentence, String _) ->
                throw new MalformedException("the transaction was ended: " + code + ", " + sentence);
            case FrontEvent.Called _, FrontEvent.Waiting _ -> {}
            case FrontEvent.Started _, FrontEvent.Stdout _, FrontEvent.Stderr _, FrontEvent.Live _ ->
                throw new MalformedException("nothing that an attended transaction says");
        }
    }

    private Pending pendingCall(long id) throws MalformedException {
        Pending call = pending.get(id);
        if (call == null) {
            throw new MalformedException("an answer to nothing that was asked");
        }
        return call;
    }

    private void complete(long id, Answer answer) throws MalformedException {
        Pending call = pendingCall(id);
        pending.remove(id);
        room.release();
        call.answer.complete(answer);
    }

    /** The core says that this result is this transaction's answer to these parameters, and says so for the first time. */
    private void requireProof(Blob bytes, Blob params, Blob result) throws MalformedException {
        try {
            Proof proof = Proof.parse(Signed.verify(Cose.Domain.PROOF, coreKey, bytes));
            if (proof.transaction().equals(transaction)
                    && proof.paramsDigest().equals(params.sha256())
                    && proof.resultDigest().equals(result.sha256())
                    && proof.status() == 0
                    && shown.add(proof.sequence())) {
                return;
            }
        } catch (BadSignature | MalformedException e) {
            // Said below.
        }
        throw new MalformedException("a result carries no proof of the core that it belongs to its call");
    }

    /**
     * Makes a call; waits while too many are on their way.
     *
     * @param capability its name; empty for memory and log
     */
    CompletableFuture<Answer> submit(Syscall syscall, String capability, Blob params) {
        long id = ids.incrementAndGet();
        Pending call = new Pending(params);
        try {
            room.acquire();
            pending.put(id, call);
            broker.send(new FrontRequest.Call(id, syscall, capability, params));
            if (finished.isDone()) {
                call.answer.completeExceptionally(new IOException("the transaction is over"));
            }
        } catch (IOException e) {
            throw lost(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw lost(e);
        }
        return call.answer;
    }

    /** Makes a call and waits for what comes of it. */
    Answer call(Syscall syscall, String capability, Blob params) {
        return await(submit(syscall, capability, params));
    }

    /** Ends the transaction: what it wrote is committed, as the verdicts say, or dropped. */
    FrontEvent.Finished end(boolean commit) {
        try {
            broker.send(new FrontRequest.EndAttended(commit));
        } catch (IOException e) {
            throw lost(e);
        }
        return await(finished);
    }

    private static <T> T await(CompletableFuture<T> coming) {
        try {
            return coming.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw lost(e);
        } catch (ExecutionException e) {
            String why = String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
            throw Failure.kernel("the transaction broke off, and nothing of it is committed: " + why, "'ambit status'")
                    .because(e);
        }
    }

    @Override
    public void close() {
        try {
            broker.close();
        } catch (IOException e) {
            // It is closed as far as this command is concerned, and the broker sees it.
        }
    }
}
