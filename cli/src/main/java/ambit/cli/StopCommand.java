package ambit.cli;

import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Kernel;
import ambit.cli.supervisor.Link;
import ambit.wire.AdminToCore;
import ambit.wire.CoreToAdmin;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "stop",
        description =
                "End a running transaction and all below it, as killed: what it wrote is dropped. When this returns, its "
                        + "processes are gone.",
        mixinStandardHelpOptions = true)
final class StopCommand implements Runnable {

    private static final Duration GONE_WITHIN = Duration.ofSeconds(30);
    private static final long LOOK_AGAIN_NANOS = 20_000_000;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "TRANSACTION", description = "As 'ambit status' lists it.")
    private String transaction = "";

    @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for the log.")
    private String why = "";

    @Override
    public void run() {
        Project project = main.project();
        CoreToAdmin answer = Link.ask(project.places(), new AdminToCore.Stop(transaction, why));
        switch (answer) {
            case CoreToAdmin.Stopped(long index) -> {
                awaitGone(new Kernel(project.places(), main.environment()));
                main.terminal().say("ambit: stopped " + transaction + "  #" + index);
            }
            case CoreToAdmin.Denied(var code, String sentence) ->
                throw Failure.usage(
                        "no transaction was stopped: " + code + ", " + sentence, "'ambit status' lists what runs");
            case CoreToAdmin.CoreStatus _,
                    CoreToAdmin.Registered _,
                    CoreToAdmin.Revoked _,
                    CoreToAdmin.Checkpointed _,
                    CoreToAdmin.Asked _,
                    CoreToAdmin.Answered _,
                    CoreToAdmin.BodyKey _,
                    CoreToAdmin.Forgotten _,
                    CoreToAdmin.Rotated _ -> throw Failure.kernel("the core answered something else", "");
        }
    }

    private void awaitGone(Kernel kernel) {
        long deadline = System.nanoTime() + GONE_WITHIN.toNanos();
        while (kernel.live().stream()
                .anyMatch(it -> it.id().equals(transaction) || it.id().startsWith(transaction + "."))) {
            if (System.nanoTime() > deadline) {
                throw Failure.kernel(
                        transaction + " gets no permit any more, but its processes have not ended",
                        "'ambit status' shows whether they have by now");
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }
}
