package ambit.cli.text;

import ambit.cli.config.Problem;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Map;

/**
 * What the user sees. Results go to standard output, everything about them to standard error; colours only where standard
 * error is a terminal and NO_COLOR is not set. Texts of guests and tools are shown with their control characters replaced,
 * so that they cannot draw on the terminal.
 */
public final class Terminal {

    public enum Colour {
        RED("31"),
        GREEN("32"),
        YELLOW("33"),
        DIM("2"),
        BOLD("1");

        private final String code;

        Colour(String code) {
            this.code = code;
        }
    }

    /** Without colours, for nobody. */
    public static final Terminal PLAIN =
            new Terminal(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()), false);

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean colours;

    public Terminal(PrintWriter out, PrintWriter err, boolean colours) {
        this.out = out;
        this.err = err;
        this.colours = colours;
    }

    @SuppressWarnings("SystemConsoleNull") // it still is null where there is no standard output at all
    public static boolean wantsColours(Map<String, String> environment) {
        String noColour = environment.getOrDefault("NO_COLOR", "");
        boolean dumb = environment.getOrDefault("TERM", "dumb").equals("dumb");
        java.io.Console console = System.console();
        return noColour.isEmpty() && !dumb && console != null && console.isTerminal();
    }

    /** A line of result. */
    public void result(String line) {
        out.println(line);
        out.flush();
    }

    /** Whether nobody reads the results any more: the other end of the pipe is closed. */
    public boolean unread() {
        return out.checkError();
    }

    /** A line about what happens. */
    public void say(String line) {
        err.println(line);
        err.flush();
    }

    /** Replaces the line that the last call wrote; an empty one leaves nothing of it. For terminals. */
    public void redraw(String line) {
        err.print("\r\u001b[K" + line);
        err.flush();
    }

    public void error(String what, String hint) {
        say(coloured(Colour.RED, "ambit: error: ") + what);
        hint(hint);
    }

    public void warn(String what, String hint) {
        say(coloured(Colour.YELLOW, "ambit: warning: ") + what);
        hint(hint);
    }

    public void hint(String hint) {
        if (!hint.isEmpty()) {
            say(coloured(Colour.DIM, "ambit: hint: ") + hint);
        }
    }

    public void error(Problem problem) {
        error(problem.toString(), problem.hint());
    }

    public void warn(Problem problem) {
        warn(problem.toString(), problem.hint());
    }

    public String coloured(Colour colour, String text) {
        return colours ? "\u001b[" + colour.code + "m" + text + "\u001b[0m" : text;
    }

    /** Foreign text on one line, without anything that a terminal would obey. */
    public static String plain(String foreign) {
        StringBuilder plain = new StringBuilder(foreign.length());
        foreign.codePoints().forEach(point -> {
            boolean harmless = !Character.isISOControl(point)
                    && Character.getType(point) != Character.FORMAT
                    && Character.getType(point) != Character.LINE_SEPARATOR
                    && Character.getType(point) != Character.PARAGRAPH_SEPARATOR
                    && Character.getType(point) != Character.SURROGATE;
            plain.appendCodePoint(harmless ? point : point == '\n' || point == '\t' ? ' ' : 0xfffd);
        });
        return plain.toString();
    }
}
