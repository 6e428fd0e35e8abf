package ambit.cli;

import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.FrontEvent;
import ambit.wire.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Gathers a run into one JSON document on standard output, which comes when it is over. */
final class JsonReport implements RunReport {

    /** Calls that are kept; a run that makes more says so. */
    private static final int MOST_CALLS = 10_000;

    private final Terminal terminal;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<Json> calls = new ArrayList<>();
    private final Map<String, Long> left = new LinkedHashMap<>();

    JsonReport(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void started(FrontEvent.Started event) {
        for (Bound bound : event.admitted().capabilities()) {
            if (bound.usesLeft() >= 0) {
                left.put(bound.name(), bound.usesLeft());
            }
        }
    }

    @Override
    public void called(FrontEvent.Called it) {
        if (it.usesLeft() >= 0) {
            left.merge(it.capability(), it.usesLeft(), Math::min); // answers may overtake each other
        }
        if (calls.size() < MOST_CALLS) {
            calls.add(JsonText.object(
                    "agent", it.agent(),
                    "syscall", it.syscall().name().toLowerCase(Locale.ROOT),
                    "capability", it.capability(),
                    "allowed", it.allowed(),
                    "code", it.denial().map(Enum::name).orElse("OK"),
                    "sentence", it.sentence(),
                    "millis", it.millis(),
                    "usesLeft", it.usesLeft(),
                    "logIndex", it.logIndex(),
                    "preview", it.preview()));
        }
    }

    /** The call itself is reported when it is decided. */
    @Override
    public void waiting(FrontEvent.Waiting it) {}

    @Override
    public void stdout(byte[] bytes) {
        out.writeBytes(bytes);
    }

    @Override
    public void stderr(byte[] bytes) {
        err.writeBytes(bytes);
    }

    @Override
    public void refused(FrontEvent.Refused it) {
        int exit = switch (it.stage()) {
            case "admission" -> ambit.cli.outcome.ExitCode.DENIED;
            case "boundary" -> ambit.cli.outcome.ExitCode.BOUNDARY;
            default -> ambit.cli.outcome.ExitCode.KERNEL;
        };
        terminal.result(JsonText.write(JsonText.object(
                "refused",
                JsonText.object("stage", it.stage(), "code", it.code().name(), "sentence", it.sentence()),
                "exit",
                exit)));
    }

    @Override
    public void finished(Ending ending) {
        FrontEvent.Finished it = ending.event();
        List<Json> memory = it.verdicts().stream()
                .map(verdict -> JsonText.object(
                        "key", verdict.key(),
                        "committed", verdict.committed(),
                        "code", verdict.denial().map(Enum::name).orElse("OK"),
                        "version", verdict.version()))
                .toList();
        terminal.result(JsonText.write(JsonText.object(
                "transaction", ending.transaction(),
                "result", out.toString(StandardCharsets.UTF_8),
                "stderr", err.toString(StandardCharsets.UTF_8),
                "syscalls", calls,
                "summary",
                        JsonText.object(
                                "how", it.how().name().toLowerCase(Locale.ROOT),
                                "why", ending.why(),
                                "exitCode", it.exitCode(),
                                "millis", ending.millis(),
                                "calls", ending.calls(),
                                "denied", ending.denied(),
                                "effects", it.effects(),
                                "usesLeft", left,
                                "memory", memory,
                                "logIndex", it.logIndex()),
                "exit", ending.exit())));
    }
}
