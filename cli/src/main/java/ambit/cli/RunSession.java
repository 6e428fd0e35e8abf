package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.wire.Blob;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One run over a connection to the broker: input in, events out, until it is over. Ctrl-C ends the transaction as killed. */
final class RunSession {

    private static final int CHUNK = 64 << 10;
    private static final long WAIT_AFTER_INTERRUPT_S = 5;

    private final Link broker;
    private final RunReport report;
    private final long mostOutput;
    private final String transaction;
    private final long began = System.nanoTime();
    private final CountDownLatch over = new CountDownLatch(1);
    private Optional<FrontEvent.Refused> refusal = Optional.empty();
    private String why = "";
    private long output;
    private long calls;
    private long denied;

    RunSession(Link broker, RunReport report, long mostOutput, String transaction) {
        this.broker = broker;
        this.report = report;
        this.mostOutput = mostOutput;
        this.transaction = transaction;
    }

    /** Why the transaction did not start, if it did not. */
    Optional<FrontEvent.Refused> refusal() {
        return refusal;
    }

    /** Runs it to its end and returns the exit code. */
    int run(FrontRequest.Run request, InputStream input) {
        Thread onInterrupt = new Thread(this::interrupted, "interrupt");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            broker.send(request);
            Optional<Integer> exit = Optional.empty();
            while (exit.isEmpty()) {
                exit = handle(FrontEvent.fromCbor(broker.receive()), input);
            }
            return exit.get();
        } catch (EOFException e) {
            throw Failure.kernel(
                            "the broker ended before the transaction did; it ends as crashed, and nothing is committed",
                            "'ambit status' says how the kernel is; 'ambit log --transaction " + transaction
                                    + "' what happened")
                    .because(e);
        } catch (IOException e) {
            throw Failure.kernel("the connection to the broker broke off: " + e.getMessage(), "'ambit status'")
                    .because(e);
        } finally {
            over.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(onInterrupt);
            } catch (IllegalStateException _) {
                // The shutdown has begun; the hook knows that this is over.
            }
        }
    }

    private Optional<Integer> handle(FrontEvent event, InputStream input) throws IOException {
        switch (event) {
            case FrontEvent.Started started -> {
                report.started(started);
                Thread.ofPlatform().daemon().name("input").start(() -> pump(input));
            }
            case FrontEvent.Called called -> {
                calls++;
                denied += called.allowed() ? 0 : 1;
                report.called(called);
            }
            case FrontEvent.Stdout(Blob bytes) -> {
                if (within(bytes)) {
                    report.stdout(bytes.toArray());
                }
            }
            case FrontEvent.Stderr(Blob bytes) -> {
                if (within(bytes)) {
                    report.stderr(bytes.toArray());
                }
            }
            case FrontEvent.Refused refused -> {
                refusal = Optional.of(refused);
                report.refused(refused);
                return Optional.of(
                        switch (refused.stage()) {
                            case "admission" -> ExitCode.DENIED;
                            case "boundary" -> ExitCode.BOUNDARY;
                            default -> ExitCode.KERNEL;
                        });
            }
            case FrontEvent.Finished finished -> {
                int exit = exitCode(finished);
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                report.finished(new RunReport.Ending(finished, transaction, millis, calls, denied, why, exit));
                return Optional.of(exit);
            }
            case FrontEvent.Waiting waiting -> report.waiting(waiting);
            case FrontEvent.Live _, FrontEvent.Piece _, FrontEvent.Answered _, FrontEvent.Failed _ -> {}
        }
        return Optional.empty();
    }

    private static int exitCode(FrontEvent.Finished finished) {
        return switch (finished.how()) {
            case SUCCESS -> ExitCode.OK;
            case AGENT_FAILED, KILLED, TIMED_OUT -> ExitCode.AGENT_FAILED;
            case CRASHED -> ExitCode.KERNEL;
            case BOUNDARY_REFUSED -> ExitCode.BOUNDARY;
        };
    }

    /** Output beyond the agent's limit ends it. */
    private boolean within(Blob bytes) throws IOException {
        output += bytes.size();
        if (output <= mostOutput) {
            return true;
        }
        if (why.isEmpty()) {
            why = "it wrote more than " + ambit.cli.config.Quantity.ofBytes(mostOutput);
            broker.send(new FrontRequest.Kill());
        }
        return false;
    }

    private void pump(InputStream input) {
        byte[] buffer = new byte[CHUNK];
        try {
            for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                broker.send(new FrontRequest.Stdin(Blob.of(Arrays.copyOf(buffer, count))));
            }
            broker.send(new FrontRequest.StdinEnd());
        } catch (IOException e) {
            // The run is over, or its input cannot be read: it then waits for input that does not come, until its time
            // is up.
        }
    }

    /** Runs when the process is told to end: the transaction is killed, and its end is reported if it comes soon. */
    private void interrupted() {
        if (over.getCount() == 0) {
            return;
        }
        try {
            broker.send(new FrontRequest.Kill());
            if (!over.await(WAIT_AFTER_INTERRUPT_S, TimeUnit.SECONDS)) {
                broker.close();
            }
        } catch (IOException e) {
            // The broker is gone, and with it the transaction.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
