package ambit.cli;

import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.wire.AdminToCore;
import ambit.wire.CoreToAdmin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "stop",
        description = "End a running transaction, as killed: what it wrote is dropped.",
        mixinStandardHelpOptions = true)
final class StopCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "TRANSACTION", description = "As 'ambit status' lists it.")
    private String transaction = "";

    @Override
    public void run() {
        CoreToAdmin answer = Link.ask(main.project().places(), new AdminToCore.Stop(transaction));
        switch (answer) {
            case CoreToAdmin.Stopped(long index) ->
                main.terminal().say("ambit: stopped " + transaction + "  #" + index);
            case CoreToAdmin.Denied(var code, String sentence) ->
                throw Failure.usage(
                        "no transaction was stopped: " + code + ", " + sentence, "'ambit status' lists what runs");
            case CoreToAdmin.CoreStatus _,
                    CoreToAdmin.Registered _,
                    CoreToAdmin.Revoked _,
                    CoreToAdmin.Checkpointed _ -> throw Failure.kernel("the core answered something else", "");
        }
    }
}
