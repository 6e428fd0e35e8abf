package ambit.cli;

import ambit.cli.config.Credential;
import ambit.cli.config.Shipping;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.shipping.Cursors;
import ambit.cli.shipping.Destination;
import ambit.cli.shipping.Shipment;
import ambit.cli.supervisor.Places;
import ambit.cli.text.Terminal;
import ambit.log.JournalException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Needs the log and the state directory, and nothing of the kernel. */
@Command(
        name = "ship",
        description =
                "Send the log's events to a file, to syslog or to OpenTelemetry: in order, at least once, each with its index. "
                        + "It goes on where it was left.",
        mixinStandardHelpOptions = true)
final class ShipCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogCommand log;

    @Option(names = "--to", paramLabel = "WHERE", description = Shipping.EXPECTED + "; those of ambit.yaml otherwise.")
    private List<String> to = new ArrayList<>();

    @Option(
            names = "--credential",
            paramLabel = "WHERE",
            description = "A bearer token for otlp: env:NAME or file:PATH.")
    private Optional<String> credential = Optional.empty();

    @Option(names = "--once", description = "Ship what is there, and end.")
    private boolean once;

    /** The supervisor's: ends when the supervisor does, who holds the other end of the input. */
    @Option(names = "--supervised", hidden = true)
    private boolean supervised;

    @Override
    public Integer call() throws IOException {
        Main main = log.main();
        Project project = main.project();
        Terminal terminal = main.terminal();
        Cursors cursors = new Cursors(project.places().shipping());
        Places.makePrivate(project.places().state());
        Places.makePrivate(cursors.directory());
        List<Shipment> shipments = new ArrayList<>();
        for (Shipping one : wanted(project, terminal)) {
            Path directory = to.isEmpty() ? project.directory() : Path.of("");
            Destination destination = Destination.of(one, directory, main.environment(), Main.version());
            shipments.add(new Shipment(
                    project.places().log(),
                    cursors,
                    destination,
                    LogLine::event,
                    line -> terminal.say("ambit: " + line)));
        }
        if (supervised) {
            Supervised.endWithInput();
        }
        if (once) {
            shipOnce(shipments);
        } else {
            shipOn(shipments);
        }
        return ExitCode.OK;
    }

    private List<Shipping> wanted(Project project, Terminal terminal) {
        if (to.isEmpty()) {
            List<Shipping> configured = project.config(terminal).shipping();
            if (configured.isEmpty()) {
                throw Failure.usage(
                        "ship to where?", "--to " + Shipping.EXPECTED + ", or 'log: {ship: […]}' in ambit.yaml");
            }
            return configured;
        }
        Optional<Credential> secret = credential.map(it -> Credential.parse(it)
                .orElseThrow(() -> Failure.usage("'" + it + "' is no credential", "env:NAME or file:PATH")));
        return to.stream().map(it -> shipping(it, secret)).toList();
    }

    private static Shipping shipping(String to, Optional<Credential> secret) {
        if (!Shipping.FORM.matcher(to).matches()) {
            throw Failure.usage("'" + Terminal.plain(to) + "' is nowhere to ship to", Shipping.EXPECTED);
        }
        return new Shipping(to, secret, Optional.empty());
    }

    private void shipOnce(List<Shipment> shipments) {
        for (Shipment shipment : shipments) {
            try {
                long count = shipment.shipOnce();
                log.main()
                        .terminal()
                        .say("ambit: shipped " + Sentences.count(count, "event", "events") + " to " + shipment.to());
            } catch (NoSuchFileException e) {
                throw Failure.usage("there is no log yet", "the first 'ambit run' or 'ambit up' begins it");
            } catch (JournalException e) {
                throw LogCommand.broken(String.valueOf(e.getMessage()));
            } catch (Shipment.Taken e) {
                throw Failure.kernel(
                        String.valueOf(e.getMessage()),
                        "end that one first; what ambit.yaml names is shipped until 'ambit down'");
            } catch (IOException e) {
                throw Failure.kernel(String.valueOf(e.getMessage()), "run it again: it goes on where it was left")
                        .because(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Each on a thread of its own: one that lags holds up no other. */
    private static void shipOn(List<Shipment> shipments) {
        List<CompletableFuture<Void>> ends = shipments.stream()
                .map(it -> {
                    CompletableFuture<Void> end = new CompletableFuture<>();
                    Thread.ofPlatform().daemon().name(it.to()).start(() -> {
                        try {
                            it.ship();
                            end.complete(null);
                        } catch (IOException | RuntimeException e) {
                            end.completeExceptionally(e);
                        }
                    });
                    return end;
                })
                .toList();
        try {
            CompletableFuture.anyOf(ends.toArray(CompletableFuture[]::new)).join();
        } catch (java.util.concurrent.CompletionException e) {
            throw Failure.kernel(
                            String.valueOf(
                                    e.getCause() == null ? e : e.getCause().getMessage()),
                            "'ambit status' shows what is shipped")
                    .because(e);
        }
    }
}
