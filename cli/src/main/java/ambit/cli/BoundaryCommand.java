package ambit.cli;

import ambit.boundary.Boundaries;
import ambit.boundary.BoundaryRefused;
import ambit.boundary.BoundaryReport;
import ambit.boundary.BoundaryReport.Finding;
import ambit.boundary.By;
import ambit.cli.outcome.ExitCode;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "boundary",
        description = "What keeps guests apart on this machine.",
        mixinStandardHelpOptions = true,
        subcommands = BoundaryCommand.Check.class)
final class BoundaryCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public void run() {
        main.terminal().result("'ambit boundary check' says which boundaries this machine offers");
    }

    @Command(
            name = "check",
            description =
                    "Start a first guest in every kind of boundary, and say which can be had here, weakest first, and what"
                            + " the others lack. Exit code 4 if there is none.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {

        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private BoundaryCommand parent;

        @Option(names = "--json", description = "One JSON document on standard output.")
        private boolean json;

        /** One kind, with what is missing or what weakens it. */
        private record Offer(By by, boolean usable, String says, List<Finding> findings) {}

        @Override
        public Integer call() {
            Terminal terminal = parent.main.terminal();
            List<Offer> offers = new ArrayList<>();
            try (Boundaries boundaries = Boundaries.open()) {
                for (By by : By.values()) {
                    offers.add(offer(boundaries, by));
                }
            } catch (BoundaryRefused e) {
                terminal.error("no guest can be started here: " + e.sentence(), e.hint());
                return ExitCode.BOUNDARY;
            }
            if (json) {
                terminal.result(JsonText.write(JsonText.object(
                        "boundaries", offers.stream().map(Check::document).toList())));
            } else {
                offers.forEach(offer -> show(terminal, offer));
            }
            return offers.stream().anyMatch(Offer::usable) ? ExitCode.OK : ExitCode.BOUNDARY;
        }

        private static Offer offer(Boundaries boundaries, By by) {
            try {
                BoundaryReport report = boundaries.check(by);
                List<Finding> findings = new ArrayList<>(report.missing());
                findings.addAll(report.warnings());
                String says = "version " + report.version() + ", memory by " + report.memory()
                        + (report.uidPerGuest() ? ", a uid for each guest" : ", one uid for all guests");
                return new Offer(by, report.usable(), says, findings);
            } catch (BoundaryRefused e) {
                return new Offer(by, false, "", List.of(new Finding(e.sentence(), e.hint())));
            }
        }

        private static String tier(Offer offer) {
            return offer.by().tier().name().toLowerCase(Locale.ROOT);
        }

        private static Json document(Offer offer) {
            return JsonText.object(
                    "boundary",
                    offer.by().title(),
                    "tier",
                    tier(offer),
                    "usable",
                    offer.usable(),
                    "says",
                    offer.says(),
                    "findings",
                    offer.findings().stream()
                            .map(it -> JsonText.object("says", it.sentence(), "hint", it.hint()))
                            .toList());
        }

        private static void show(Terminal terminal, Offer offer) {
            String mark = offer.usable()
                    ? terminal.coloured(Terminal.Colour.GREEN, "✓")
                    : terminal.coloured(Terminal.Colour.RED, "✗");
            terminal.result(mark + " " + offer.by().title() + " (tier " + tier(offer) + ")"
                    + (offer.says().isEmpty() ? "" : ": " + Terminal.plain(offer.says())));
            offer.findings()
                    .forEach(it ->
                            terminal.result("    " + Terminal.plain(it.sentence()) + "; " + Terminal.plain(it.hint())));
        }
    }
}
