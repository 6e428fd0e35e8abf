package ambit.cli;

import ambit.cli.config.Quantity;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.wire.AdminToDrivers;
import ambit.wire.DriversToAdmin;
import ambit.wire.Limits;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "shred",
        description =
                "Make kept bodies unreadable for ever: their key is destroyed. What several of these name is shredded where all of "
                        + "them do. The log stays as it is, and says so.",
        mixinStandardHelpOptions = true)
final class ShredCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogCommand log;

    @Parameters(paramLabel = "TRANSACTION", arity = "0..1", description = "This transaction and all below it.")
    private String transaction = "";

    @Option(names = "--tenant", paramLabel = "NAME", description = "All transactions of this tenant.")
    private String tenant = "";

    @Option(
            names = "--older-than",
            paramLabel = "TIME",
            description = "All whose first body was kept this long ago, such as 30d.")
    private String olderThan = "";

    @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for the log.")
    private String why = "";

    @Override
    public void run() {
        long age = age();
        if (transaction.isEmpty() && tenant.isEmpty() && age == 0) {
            throw Failure.usage(
                    "nothing says what to shred",
                    "name a transaction, --tenant NAME or --older-than TIME, such as 30d");
        }
        if (transaction.length() > Limits.TRANSACTION
                || tenant.length() > Limits.NAME
                || why.length() > Limits.SENTENCE) {
            throw Failure.usage("one of these is too long", "a reason has at most 1,024 characters");
        }
        Project project = log.main().project();
        DriversToAdmin answer;
        try (Link drivers = Link.connect(project.places().driversAdmin(), "drivers")) {
            drivers.send(new AdminToDrivers.Shred(transaction, tenant, age, why));
            answer = DriversToAdmin.fromCbor(drivers.receive());
        } catch (IOException e) {
            throw Failure.kernel(
                            "the drivers broke off", "see " + project.places().kernelLog())
                    .because(e);
        }
        switch (answer) {
            case DriversToAdmin.Shredded(long transactions, long bodies) ->
                log.main()
                        .terminal()
                        .say("ambit: shredded " + Sentences.count(bodies, "body", "bodies") + " of "
                                + Sentences.count(transactions, "transaction", "transactions"));
            case DriversToAdmin.Failed(var code, String sentence) ->
                throw Failure.kernel("bodies could not be shredded: " + sentence + " (" + code + ")", "try again");
            case DriversToAdmin.Discovered _, DriversToAdmin.Body _ ->
                throw Failure.kernel("the drivers answered something else", "");
        }
    }

    private long age() {
        if (olderThan.isEmpty()) {
            return 0;
        }
        return Quantity.duration(olderThan)
                .map(Duration::toMillis)
                .orElseThrow(() -> Failure.usage(
                        "'" + olderThan + "' is not a time", "write it with its unit, such as 30d or 12h"));
    }
}
