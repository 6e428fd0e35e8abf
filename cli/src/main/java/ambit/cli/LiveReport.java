package ambit.cli;

import ambit.cli.text.Terminal;
import ambit.cli.text.Terminal.Colour;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.FrontEvent;
import ambit.wire.Syscall;
import ambit.wire.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows a run to a person: the agent's output unchanged on standard output, all else on standard error. */
final class LiveReport implements RunReport {

    private static final int PREVIEW = 100;

    private final Terminal terminal;
    private final String agent;
    private final boolean quiet;
    private final OutputStream out = new java.io.FileOutputStream(java.io.FileDescriptor.out);
    private final java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
    private final Map<String, Long> left = new LinkedHashMap<>();

    LiveReport(Terminal terminal, String agent, boolean quiet) {
        this.terminal = terminal;
        this.agent = agent;
        this.quiet = quiet;
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
        if (it.usesLeft() >= 0 && it.agent().equals(agent)) {
            left.merge(it.capability(), it.usesLeft(), Math::min); // answers do not come in the order of the calls
        }
        if (quiet) {
            return;
        }
        endLine();
        String who = it.agent().equals(agent) ? "" : terminal.coloured(Colour.DIM, Terminal.plain(it.agent()) + ": ");
        String index = it.logIndex() < 0 ? "" : terminal.coloured(Colour.DIM, "  #" + it.logIndex());
        if (it.allowed()) {
            String uses = it.usesLeft() < 0 ? "" : "  " + it.usesLeft() + " left";
            terminal.say(terminal.coloured(Colour.GREEN, "✓ ") + who + subject(it) + "  "
                    + terminal.coloured(Colour.DIM, preview(it.preview())) + "  " + it.millis() + " ms" + uses + index);
        } else {
            String code = it.denial().map(Enum::name).orElse("");
            terminal.say(terminal.coloured(Colour.RED, "✗ ") + who + subject(it) + " "
                    + terminal.coloured(Colour.RED, "denied: " + code) + " " + Terminal.plain(it.sentence()) + "  "
                    + terminal.coloured(Colour.DIM, preview(it.preview())) + index);
        }
    }

    /** Also shown to who wants to see nothing else: without somebody's word the run stands still. */
    @Override
    public void waiting(FrontEvent.Waiting it) {
        endLine();
        terminal.say(terminal.coloured(Colour.YELLOW, "… ") + Terminal.plain(it.capability())
                + " waits for approval, at most " + Math.ceilDiv(it.waitMs(), 1000) + " s; ambit approve "
                + it.approval().toHex().substring(0, 32) + terminal.coloured(Colour.DIM, "  #" + it.logIndex()));
    }

    static String subject(FrontEvent.Called it) {
        String name = Terminal.plain(it.capability());
        if (it.syscall() == Syscall.TOOL_CALL) {
            return name.isEmpty() ? "tool_call" : name;
        }
        return it.syscall().name().toLowerCase(Locale.ROOT) + (name.isEmpty() ? "" : " " + name);
    }

    private static String preview(String text) {
        String plain = Terminal.plain(text);
        return plain.length() <= PREVIEW ? plain : plain.substring(0, PREVIEW - 1) + "…";
    }

    @Override
    public void stdout(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("standard output is closed", e);
        }
    }

    /** Standard error of the agent, each line marked, so that it is not taken for what Ambit says. */
    @Override
    public void stderr(byte[] bytes) {
        for (byte each : bytes) {
            if (each == '\n') {
                flushLine();
            } else {
                line.write(each);
            }
        }
    }

    private void flushLine() {
        String text = Terminal.plain(line.toString(StandardCharsets.UTF_8));
        line.reset();
        terminal.say(terminal.coloured(Colour.DIM, agent + "| ") + text);
    }

    private void endLine() {
        if (line.size() > 0) {
            flushLine();
        }
    }

    @Override
    public void refused(FrontEvent.Refused event) {
        terminal.error(
                switch (event.stage()) {
                            case "admission" -> "denied: ";
                            case "boundary" -> "the boundary was refused: ";
                            default -> "the kernel failed: ";
                        }
                        + event.code() + ", " + Terminal.plain(event.sentence()),
                "");
    }

    @Override
    public void finished(Ending ending) {
        endLine();
        FrontEvent.Finished it = ending.event();
        String what = agent + " " + how(it, ending.why()) + " after " + seconds(ending.millis());
        if (it.how() != End.SUCCESS) {
            terminal.error(what, "");
        }
        if (quiet) {
            return;
        }
        if (it.how() == End.SUCCESS) {
            terminal.say(terminal.coloured(Colour.BOLD, "ambit: ") + what);
        }
        terminal.say("  calls    " + ending.calls() + ", " + ending.denied() + " denied, "
                + Sentences.count(it.effects(), "effect", "effects"));
        if (!left.isEmpty()) {
            terminal.say("  left     "
                    + left.entrySet().stream()
                            .map(entry -> Terminal.plain(entry.getKey()) + " " + entry.getValue())
                            .collect(Collectors.joining(", ")));
        }
        memory(it.verdicts());
        terminal.say("  log      #" + it.logIndex() + "; ambit log --transaction " + ending.transaction());
    }

    private void memory(List<Verdict> verdicts) {
        String committed = verdicts.stream()
                .filter(Verdict::committed)
                .map(verdict -> Terminal.plain(verdict.key()))
                .collect(Collectors.joining(", "));
        if (!committed.isEmpty()) {
            terminal.say("  memory   committed " + committed);
        }
        verdicts.stream()
                .filter(verdict -> !verdict.committed())
                .forEach(verdict -> terminal.say("  memory   " + uncommitted(verdict)));
    }

    private String uncommitted(Verdict verdict) {
        Denial why = verdict.denial().orElseThrow();
        String key = Terminal.plain(verdict.key());
        return why == Denial.HELD
                ? terminal.coloured(Colour.YELLOW, "held ") + key + " for review, as version " + verdict.version()
                : terminal.coloured(Colour.RED, "dropped ") + key + ": " + why;
    }

    private static String how(FrontEvent.Finished it, String why) {
        String reason = why.isEmpty() ? "" : " because " + why;
        return switch (it.how()) {
            case SUCCESS -> "succeeded";
            case AGENT_FAILED -> "failed with exit code " + it.exitCode() + reason + "; nothing is committed";
            case KILLED -> "was killed" + reason + "; nothing is committed";
            case TIMED_OUT -> "ran out of time; nothing is committed";
            case CRASHED -> "ended with the kernel; nothing is committed";
            case BOUNDARY_REFUSED -> "did not run: its boundary was refused";
        };
    }

    private static String seconds(long millis) {
        return "%d.%d s".formatted(millis / 1000, millis % 1000 / 100);
    }
}
