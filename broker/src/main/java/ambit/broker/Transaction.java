package ambit.broker;

import ambit.boundary.BoundaryRefused;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore.Admit;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** One transaction and the connection that it was asked for on: it lives no longer than that. */
final class Transaction {
    /** Input that the agent has not read yet, in bytes; more of it ends the transaction. */
    static final long MAX_WAITING_INPUT = 32L << 20;

    private final ContextRun.Machine machine;
    private final FrameChannel front;
    private final BooleanSupplier kernelLost;
    private final ContextCalls.Tally tally = new ContextCalls.Tally();
    private final long startedAtMs = System.currentTimeMillis();
    private final BlockingQueue<FrontRequest> input = new LinkedBlockingQueue<>();
    private final AtomicLong waitingInput = new AtomicLong();
    private volatile Optional<ContextRun> run = Optional.empty();
    private volatile String id = "";

    Transaction(ContextRun.Machine machine, FrameChannel front, BooleanSupplier kernelLost) {
        this.machine = machine;
        this.front = front;
        this.kernelLost = kernelLost;
    }

    /** Carries the transaction out; returns when nothing of it is left. */
    void carryOut(FrontRequest.Run asked) throws IOException {
        Optional<AgentSpec> spec = spec(asked.agentSpec(), false);
        if (spec.isPresent()) {
            Optional<Admitted> admitted = admit(new Admit(asked.grant(), asked.request(), asked.agentSpec()));
            if (admitted.isPresent()) {
                run(admitted.get(), spec.get());
            }
        }
    }

    /** The same for one without a guest. */
    void attend(FrontRequest.Attend asked) throws IOException {
        Optional<AgentSpec> spec = spec(asked.agentSpec(), true);
        if (spec.isPresent()) {
            Optional<Admitted> admitted = admit(new Admit(asked.grant(), asked.request(), asked.agentSpec()));
            if (admitted.isPresent()) {
                attend(admitted.get(), spec.get());
            }
        }
    }

    private Optional<AgentSpec> spec(Blob bytes, boolean attended) throws IOException {
        try {
            AgentSpec spec = AgentSpec.parse(bytes);
            if (spec.command().isEmpty() == attended) {
                return Optional.of(spec);
            }
            String why = attended ? "it names a command, so a guest runs it" : "it names no command to run";
            refuse(Denial.MALFORMED, "the agent's specification is for another use: " + why, "admission");
        } catch (MalformedException e) {
            refuse(Denial.MALFORMED, "the agent's specification is malformed: " + e.getMessage(), "admission");
        }
        return Optional.empty();
    }

    private Optional<Admitted> admit(Admit asked) throws IOException {
        try {
            switch (machine.kernel().ask(asked)) {
                case Admitted admitted -> {
                    return Optional.of(admitted);
                }
                case CoreToBroker.Denied(Denial code, String sentence, long _) -> refuse(code, sentence, "admission");
                case CoreToBroker other ->
                    refuse(Denial.INTERNAL, "the core answered another question: " + other.getClass(), "kernel");
            }
        } catch (Kernel.KernelLost e) {
            refuse(Denial.INTERNAL, "the core does not answer", "kernel");
        }
        return Optional.empty();
    }

    /** Anybody is told that it has started once it is known here, so that it can be killed. */
    private ContextRun context(Admitted admitted, AgentSpec spec) {
        id = admitted.transaction();
        Observer observer = this::tell;
        ContextRun context = new ContextRun(
                machine, new ContextRun.Company(observer, tally), admitted, spec, new Output.Forwarded(observer));
        run = Optional.of(context);
        tell(new FrontEvent.Started(withoutContext(admitted)));
        return context;
    }

    private void run(Admitted admitted, AgentSpec spec) throws IOException {
        ContextRun context = context(admitted, spec);
        try {
            context.start(Optional.empty());
        } catch (BoundaryRefused e) {
            refuse(Denial.BOUNDARY_REFUSED, e.sentence() + "; " + e.hint(), "boundary");
            return;
        }
        Thread.ofPlatform().daemon().name("front of " + spec.agent()).start(() -> listen(context));
        Thread.ofPlatform().daemon().name("input of " + spec.agent()).start(() -> feed(context));
        finish(context);
    }

    private void attend(Admitted admitted, AgentSpec spec) throws IOException {
        ContextRun context = context(admitted, spec);
        try {
            context.attend();
        } catch (BoundaryRefused e) {
            refuse(Denial.BOUNDARY_REFUSED, e.sentence() + "; " + e.hint(), "boundary");
            return;
        }
        Attendance attendance = new Attendance(front, admitted.capabilities(), context);
        Thread.ofPlatform().daemon().name("front of " + spec.agent()).start(attendance::listen);
        // No boundary counts the time of a guest that there is not.
        context.ended()
                .copy()
                .orTimeout(spec.limits().wallSeconds(), TimeUnit.SECONDS)
                .exceptionally(_ -> {
                    context.kill(End.TIMED_OUT);
                    return null;
                });
        finish(context);
    }

    /** The context's name is between core and broker; the command shows everything else. */
    private static Admitted withoutContext(Admitted it) {
        return new Admitted(
                Blob.of(new byte[Limits.ID]),
                it.transaction(),
                it.agent(),
                it.capabilities(),
                it.memory(),
                it.expiresAtMs(),
                it.logIndex(),
                it.sequence(),
                it.proof());
    }

    private void finish(ContextRun context) throws IOException {
        ContextRun.Outcome outcome;
        try {
            outcome = context.ended().get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IOException("the end of a transaction could not be waited for", e);
        }
        if (kernelLost.getAsBoolean()) {
            refuse(Denial.INTERNAL, "the core was lost, so the transaction was ended", "kernel");
            return;
        }
        if (outcome.how() == End.BOUNDARY_REFUSED) {
            refuse(Denial.BOUNDARY_REFUSED, "the boundary could not be completed", "boundary");
            return;
        }
        front.send(new FrontEvent.Finished(
                        outcome.how(), outcome.exitCode(), outcome.verdicts(), outcome.logIndex(), tally.effects.get())
                .toCbor());
    }

    private void refuse(Denial code, String sentence, String stage) throws IOException {
        front.send(new FrontEvent.Refused(code, Text.cut(sentence, Limits.SENTENCE), stage).toCbor());
    }

    /** Tells the command; a command that is gone takes its transaction along. */
    private void tell(FrontEvent event) {
        try {
            front.send(event.toCbor());
        } catch (IOException e) {
            kill(End.KILLED);
        }
    }

    void kill(End how) {
        run.ifPresent(context -> context.kill(how));
    }

    /** Takes input and the wish to end; never waits for the guest, so that the wish is always heard. */
    private void listen(ContextRun context) {
        try {
            while (true) {
                switch (FrontRequest.fromCbor(front.receive())) {
                    case FrontRequest.Stdin stdin -> {
                        if (waitingInput.addAndGet(stdin.bytes().size()) > MAX_WAITING_INPUT) {
                            throw new IOException("more input than the agent reads");
                        }
                        input.add(stdin);
                    }
                    case FrontRequest.StdinEnd end -> input.add(end);
                    case FrontRequest.Kill _ -> context.kill(End.KILLED);
                    case FrontRequest.Run _,
                            FrontRequest.Status _,
                            FrontRequest.Attend _,
                            FrontRequest.Call _,
                            FrontRequest.EndAttended _ -> throw new MalformedException("one run on a connection");
                }
            }
        } catch (IOException e) {
            context.kill(End.KILLED);
        }
    }

    private void feed(ContextRun context) {
        CompletableFuture<Void> _ = context.ended().thenRun(() -> input.add(new FrontRequest.StdinEnd()));
        context.guest().ifPresent(guest -> {
            try (OutputStream stdin = guest.stdin()) {
                while (input.take() instanceof FrontRequest.Stdin(Blob bytes)) {
                    stdin.write(bytes.toArray());
                    stdin.flush();
                    waitingInput.addAndGet(-bytes.size());
                }
            } catch (IOException e) {
                // The guest closed its input, which is its right.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    FrontEvent.Transaction status() {
        return new FrontEvent.Transaction(
                id, run.map(ContextRun::agent).orElse(""), startedAtMs, tally.calls.get(), tally.denied.get());
    }
}
