package ambit.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "approve",
        description = "Approve a call that waits: show it, sign exactly that, and hand it to the core.",
        mixinStandardHelpOptions = true)
final class ApproveCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "ID", description = "As 'ambit approvals' shows it.")
    private String id = "";

    @Option(names = "--as", paramLabel = "NAME", description = "The approver, by the name of a key of this project.")
    private Optional<String> as = Optional.empty();

    @Option(names = "--key", paramLabel = "FILE", description = "The approver's secret key, wherever it is.")
    private Optional<Path> key = Optional.empty();

    @Override
    public void run() {
        Project project = main.project();
        new ApprovalDesk(project, main.keys(project), main.terminal()).answer(id, key, as, true, "");
    }
}
