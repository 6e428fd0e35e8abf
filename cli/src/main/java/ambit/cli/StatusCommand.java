package ambit.cli;

import ambit.cli.cosigning.WitnessState;
import ambit.cli.cosigning.WitnessStates;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.shipping.Cursors;
import ambit.cli.supervisor.Kernel;
import ambit.cli.supervisor.KernelStatus;
import ambit.cli.supervisor.Link;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.AdminToCore;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToAdmin.CoreStatus;
import ambit.wire.FrontEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "status",
        description = "Say whether the kernel is up, and what runs in it. Exit code 5 if it is not up.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() {
        Project project = main.project();
        Kernel kernel = new Kernel(project.places(), main.environment());
        Optional<KernelStatus> status = kernel.status();
        if (status.isEmpty() || !status.get().ready()) {
            notReady(project, kernel, status);
            return ExitCode.KERNEL;
        }
        CoreToAdmin answer = Link.ask(project.places(), new AdminToCore.Status());
        List<FrontEvent.Transaction> live = kernel.live();
        if (answer instanceof CoreStatus core) {
            show(project, status.get(), core, live);
        }
        return ExitCode.OK;
    }

    private void notReady(Project project, Kernel kernel, Optional<KernelStatus> status) {
        Optional<KernelStatus> said = status.or(kernel::lastWords);
        String state =
                status.map(it -> it.state().name().toLowerCase(Locale.ROOT)).orElse("down");
        if (json) {
            String problem = said.map(KernelStatus::problem).orElse("");
            main.terminal()
                    .result(JsonText.write(JsonText.object(
                            "state", state,
                            "problem", problem,
                            "witnesses", objects(WitnessAlarms.all(project), Optional.empty()))));
            return;
        }
        main.terminal().result("the kernel is " + state);
        WitnessAlarms.all(project)
                .states()
                .forEach(it -> main.terminal().result("  witness  " + words(it, Optional.empty())));
        WitnessAlarms.show(project, main.terminal());
        said.filter(it -> !it.problem().isEmpty())
                .ifPresent(it -> main.terminal().warn(it.problem(), it.hint()));
    }

    private void show(Project project, KernelStatus status, CoreStatus core, List<FrontEvent.Transaction> live) {
        Terminal terminal = main.terminal();
        List<Cursors.Entry> shipping = shipping(project);
        WitnessStates.Known witnesses = WitnessAlarms.all(project);
        Optional<Long> logSize = Optional.of(core.logSize());
        if (json) {
            terminal.result(JsonText.write(JsonText.object(
                    "state", "ready",
                    "supervisor", status.supervisor(),
                    "restarts", status.restarts(),
                    "problem", status.problem(),
                    "coreKey", core.corePublicKey().toHex(),
                    "logSize", core.logSize(),
                    "epoch", core.epoch(),
                    "drivers", core.drivers(),
                    "shipping", shipping.stream().map(it -> object(it, core)).toList(),
                    "witnesses", objects(witnesses, logSize),
                    "transactions", live.stream().map(StatusCommand::object).toList())));
            return;
        }
        terminal.result("the kernel is up (process " + status.supervisor() + ", since "
                + Sentences.time(status.sinceMs()) + ")");
        terminal.result("  state    " + project.places().state());
        terminal.result("  log      " + Sentences.count(core.logSize(), "entry", "entries") + ", revocation epoch "
                + core.epoch());
        terminal.result(
                "  drivers  " + (core.drivers().isEmpty() ? "none connected" : String.join(", ", core.drivers())));
        shipping.forEach(it -> terminal.result("  ships    " + words(it, core)));
        witnesses.states().forEach(it -> terminal.result("  witness  " + words(it, logSize)));
        if (status.restarts() > 0) {
            terminal.result("  started again " + Sentences.count(status.restarts(), "time", "times") + "; last because "
                    + status.problem());
        }
        terminal.result("  running  " + (live.isEmpty() ? "nothing" : ""));
        for (FrontEvent.Transaction it : live) {
            terminal.result("    " + it.id() + "  " + it.agent() + "  since " + Sentences.time(it.startedAtMs()) + "  "
                    + Sentences.count(it.calls(), "call", "calls") + ", " + it.denied() + " denied");
        }
        WitnessAlarms.show(project, terminal);
    }

    private static List<Cursors.Entry> shipping(Project project) {
        try {
            return new Cursors(project.places().shipping()).all();
        } catch (IOException e) {
            throw Failure.usage("cannot tell what was shipped: " + e.getMessage(), "")
                    .because(e);
        }
    }

    /** Such as {@code syslog://127.0.0.1:514  3 entries behind; connection refused}. */
    private static String words(Cursors.Entry entry, CoreStatus core) {
        long behind = behind(entry, core);
        String problem = entry.cursor().problem();
        return Terminal.plain(entry.cursor().to()) + "  "
                + (behind == 0 ? "all of it" : Sentences.count(behind, "entry", "entries") + " behind")
                + (entry.shipped() ? "" : ", and no process goes on with it")
                + (problem.isEmpty() ? "" : ": " + Terminal.plain(problem));
    }

    /** Such as {@code witness.example/one  cosigned 40 entries at 2027-01-02 03:04:05, 3 since}. */
    private static String words(WitnessState it, Optional<Long> logSize) {
        String cosigned = it.atS() == 0
                ? "never cosigned"
                : "cosigned " + Sentences.count(it.size(), "entry", "entries") + " at " + Sentences.seconds(it.atS());
        long since = since(it, logSize);
        return Terminal.plain(it.name()) + "  " + cosigned + (since == 0 ? "" : ", " + since + " since")
                + (it.problem().isEmpty() ? "" : ": " + Terminal.plain(it.problem()));
    }

    /** What the log has more; nothing where the kernel that knows is down. */
    private static long since(WitnessState it, Optional<Long> logSize) {
        return Math.max(0, logSize.orElse(0L) - it.size());
    }

    /** The witnesses, and after them a problem for each of which nothing can be read. */
    private static List<ambit.wire.Json> objects(WitnessStates.Known witnesses, Optional<Long> logSize) {
        return Stream.concat(
                        witnesses.states().stream().map(it -> object(it, logSize)),
                        witnesses.damaged().stream().map(it -> JsonText.object("problem", it)))
                .toList();
    }

    private static ambit.wire.Json object(WitnessState it, Optional<Long> logSize) {
        List<Object> members = new ArrayList<>(List.of(
                "name", it.name(),
                "at", it.at(),
                "cosigned", it.size(),
                "cosignedAtS", it.atS(),
                "problem", it.problem(),
                "anotherLog", it.anotherLog()));
        logSize.ifPresent(_ -> members.addAll(List.of("since", since(it, logSize))));
        return JsonText.object(members.toArray());
    }

    /** The log may have grown while the two were asked. */
    private static long behind(Cursors.Entry entry, CoreStatus core) {
        return Math.max(0, core.logSize() - entry.cursor().place().index());
    }

    private static ambit.wire.Json object(Cursors.Entry it, CoreStatus core) {
        return JsonText.object(
                "to", it.cursor().to(),
                "shipped", it.cursor().place().index(),
                "behind", behind(it, core),
                "running", it.shipped(),
                "problem", it.cursor().problem());
    }

    private static ambit.wire.Json object(FrontEvent.Transaction it) {
        return JsonText.object(
                "transaction", it.id(),
                "agent", it.agent(),
                "startedAtMs", it.startedAtMs(),
                "calls", it.calls(),
                "denied", it.denied());
    }
}
