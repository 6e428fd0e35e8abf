package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.boundary.BoundaryRefused;
import ambit.boundary.BoundaryReport;
import ambit.boundary.ProcessBoundary;
import ambit.cli.config.ConfigFile;
import ambit.cli.config.Problem;
import ambit.cli.cosigning.WitnessState;
import ambit.cli.cosigning.WitnessStates;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Kernel;
import ambit.cli.supervisor.KernelStatus;
import ambit.cli.supervisor.Link;
import ambit.cli.supervisor.Places;
import ambit.cli.supervisor.Witness;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.AdminToCore;
import ambit.wire.CoreToAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "doctor",
        description =
                "Look whether this machine and this project are as a kernel needs them, and say how to mend what is not. Changes nothing. Exit code 1 if something is not.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    /** Below this the next snapshot of a log, or a rebuilt index, may not find room. */
    private static final long ROOM_BYTES = 256L << 20;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    /** @param hint how to mend it; may be empty where it is good */
    private record Finding(String check, boolean good, String says, String hint) {}

    private final List<Finding> findings = new ArrayList<>();

    @Override
    public Integer call() {
        Project project = main.project();
        check("boundary", this::boundary);
        check("configuration", () -> configuration(project));
        if (Files.exists(project.places().state())) {
            check("rights", () -> rights(project.places()));
            check("room", () -> room(project.places()));
            check("state", () -> state(project.places()));
            check("kernel", () -> kernel(project));
            if (Files.exists(project.places().log().resolve("entries"))) {
                check("log", () -> log(project));
            }
            check("witnesses", () -> witnesses(project));
        }
        boolean good = findings.stream().allMatch(Finding::good);
        show(good);
        return good ? ExitCode.OK : ExitCode.AGENT_FAILED;
    }

    private interface Check {
        void run() throws IOException;
    }

    /** What a check cannot look at is not good. */
    private void check(String name, Check check) {
        try {
            check.run();
        } catch (Failure e) {
            bad(name, String.valueOf(e.getMessage()), e.hint());
        } catch (IOException e) {
            bad(name, "cannot be looked at: " + e, "see who owns it");
        }
    }

    private void good(String check, String says) {
        findings.add(new Finding(check, true, says, ""));
    }

    private void bad(String check, String says, String hint) {
        findings.add(new Finding(check, false, says, hint));
    }

    private void show(boolean good) {
        Terminal terminal = main.terminal();
        if (json) {
            terminal.result(JsonText.write(JsonText.object(
                    "good",
                    good,
                    "checks",
                    findings.stream()
                            .map(it -> JsonText.object(
                                    "check", it.check(), "good", it.good(), "says", it.says(), "hint", it.hint()))
                            .toList())));
            return;
        }
        for (Finding it : findings) {
            String mark = it.good()
                    ? terminal.coloured(Terminal.Colour.GREEN, "✓")
                    : terminal.coloured(Terminal.Colour.RED, "✗");
            terminal.result(mark + " " + it.check() + ": " + Terminal.plain(it.says())
                    + (it.hint().isEmpty() ? "" : "; " + Terminal.plain(it.hint())));
        }
    }

    /** Starts a first guest, which says what confines it. */
    private void boundary() {
        try (ProcessBoundary boundary = ProcessBoundary.open()) {
            BoundaryReport report = boundary.check();
            report.missing().forEach(it -> bad("boundary", it.sentence(), it.hint()));
            if (report.missing().isEmpty()) {
                good(
                        "boundary",
                        "a guest starts and is confined, by bubblewrap " + report.version() + " and Java "
                                + Runtime.version().feature());
            }
        } catch (BoundaryRefused e) {
            bad("boundary", String.valueOf(e.getMessage()), e.hint());
        }
    }

    private void configuration(Project project) throws IOException {
        List<Problem> errors = switch (ConfigFile.read(project.file())) {
            case ConfigFile.Outcome.Good(var config, var _) ->
                HostCheck.of(project, config, main.environment()).errors();
            case ConfigFile.Outcome.Bad(var all) -> all;
        };
        errors.forEach(it -> bad("configuration", it.toString(), it.hint()));
        if (errors.isEmpty()) {
            good("configuration", project.file() + " is good, and this machine has what it names");
        }
    }

    private void rights(Places places) throws IOException {
        List<Path> secret = new ArrayList<>(List.of(places.state(), places.keys(), places.core(), places.drivers()));
        if (Files.isDirectory(places.keys())) {
            try (Stream<Path> found = Files.list(places.keys())) {
                found.filter(it -> it.toString().endsWith(".key")).forEach(secret::add);
            }
        }
        secret.removeIf(Files::notExists);
        int before = findings.size();
        for (Path each : secret) {
            String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(each, LinkOption.NOFOLLOW_LINKS));
            if (!mode.endsWith("------")) {
                bad("rights", each + " is open to others (" + mode + ")", "chmod go= " + each);
            }
        }
        if (findings.size() == before) {
            good("rights", "keys and secrets are their owner's alone");
        }
    }

    private void room(Places places) throws IOException {
        long free = Files.getFileStore(places.state()).getUsableSpace();
        String says = (free >> 20) + " MiB are free where " + places.state() + " is";
        if (free < ROOM_BYTES) {
            bad("room", says, "free some: a full disk stops the kernel");
        } else {
            good("room", says);
        }
    }

    private void state(Places places) {
        places.requireWhole();
        good("state", "no restore was broken off");
    }

    private void kernel(Project project) {
        Kernel kernel = new Kernel(project.places(), main.environment());
        Optional<KernelStatus> status = kernel.status();
        if (status.isEmpty()) {
            kernel.lastWords()
                    .filter(it -> !it.problem().isEmpty())
                    .ifPresentOrElse(
                            it -> bad("kernel", "it is down, since " + it.problem(), it.hint()),
                            () -> good("kernel", "it is down, as was asked"));
        } else if (!status.get().ready()) {
            bad(
                    "kernel",
                    "it is not ready: " + status.get().problem(),
                    "see " + project.places().kernelLog());
        } else if (Link.ask(project.places(), new AdminToCore.Status()) instanceof CoreToAdmin.CoreStatus core) {
            kernel.live();
            good("kernel", "it is up, and core and broker answer; drivers: " + core.drivers());
        } else {
            bad("kernel", "the core answers something else", "'ambit down', and start it again");
        }
    }

    private void log(Project project) throws IOException {
        // Before the log is read, which may grow meanwhile.
        OptionalLong seen = Witness.of(project.places(), main.environment()).size();
        switch (LogVerifier.verify(project.places().log(), LogCommand.coreKey(project))) {
            case LogVerifier.Intact intact -> {
                good("log", "it verifies, with " + Sentences.count(intact.head().size(), "entry", "entries"));
                outside(seen, intact.head().size());
            }
            case LogVerifier.Broken(String sentence) ->
                bad("log", "it does not verify: " + sentence, "restore a backup; docs/guides/back-up.md says how");
        }
    }

    private void outside(OptionalLong seen, long entries) {
        if (seen.isEmpty()) {
            bad("checkpoint", "none is kept outside the state", "'ambit up' and 'ambit down' keep one");
        } else if (seen.getAsLong() > entries) {
            bad(
                    "checkpoint",
                    "the log had " + seen.getAsLong() + " entries and has " + entries + ": this is an older copy",
                    "put the newer one back, or 'ambit restore --accept-loss' a backup");
        } else {
            good("checkpoint", "the log continues what this machine saw of it");
        }
    }

    private void witnesses(Project project) {
        WitnessStates.Known known = WitnessAlarms.all(project);
        known.damaged().forEach(it -> bad("witnesses", it, ""));
        List<WitnessState> others = WitnessAlarms.of(known);
        others.forEach(it -> bad("witnesses", it.alarm(), WitnessState.ALARM_HINT));
        if (known.damaged().isEmpty() && others.isEmpty()) {
            good("witnesses", known.states().isEmpty() ? "none is asked" : "none knows another log");
        }
    }
}
