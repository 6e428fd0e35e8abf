package ambit.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "refuse",
        description = "Refuse a call that waits. One refusal ends it, whoever else approved.",
        mixinStandardHelpOptions = true)
final class RefuseCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "ID", description = "As 'ambit approvals' shows it.")
    private String id = "";

    @Option(
            names = "--why",
            required = true,
            paramLabel = "TEXT",
            description = "The reason, for the agent and the log.")
    private String why = "";

    @Option(names = "--as", paramLabel = "NAME", description = "The approver, by the name of a key of this project.")
    private Optional<String> as = Optional.empty();

    @Option(names = "--key", paramLabel = "FILE", description = "The approver's secret key, wherever it is.")
    private Optional<Path> key = Optional.empty();

    @Override
    public void run() {
        Project project = main.project();
        new ApprovalDesk(project, main.keys(project), main.terminal()).answer(id, key, as, false, why);
    }
}
