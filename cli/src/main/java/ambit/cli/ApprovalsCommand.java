package ambit.cli;

import ambit.cli.supervisor.OpenQuestion;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "approvals",
        description = "List the calls that wait for approval, with what exactly they ask for.",
        mixinStandardHelpOptions = true)
final class ApprovalsCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(
            names = "--json",
            description = "JSON on standard output: one document, or with --watch one line for each question.")
    private boolean json;

    @Option(names = "--watch", description = "Go on, and show each further one as it comes, with a bell on a terminal.")
    private boolean watch;

    private static final long LOOK_AGAIN_NANOS = 500_000_000;

    @Override
    public void run() {
        Terminal terminal = main.terminal();
        Project project = main.project();
        ApprovalDesk desk = new ApprovalDesk(project, main.keys(project), terminal);
        if (watch) {
            watch(desk, terminal);
            return;
        }
        List<OpenQuestion> open = desk.open();
        if (json) {
            terminal.result(JsonText.write(
                    JsonText.of(open.stream().map(OpenQuestion::json).toList())));
            return;
        }
        if (open.isEmpty()) {
            terminal.say("ambit: nothing waits for approval");
        }
        open.forEach(it -> show(desk, it, terminal));
    }

    private void watch(ApprovalDesk desk, Terminal terminal) {
        Set<Long> shown = new HashSet<>();
        String bell = Terminal.wantsColours(main.environment()) ? "\u0007" : "";
        while (true) {
            for (OpenQuestion it : desk.open()) {
                if (shown.add(it.question().logIndex())) {
                    terminal.say(bell + "ambit: a call waits for approval");
                    show(desk, it, terminal);
                }
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private void show(ApprovalDesk desk, OpenQuestion it, Terminal terminal) {
        if (json) {
            terminal.result(JsonText.write(it.json()));
        } else {
            desk.describe(it).forEach(terminal::result);
        }
    }
}
