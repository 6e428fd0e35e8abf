package ambit.attacks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command that runs, with its output collected. */
public final class Running implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;
    private static final int MOST_OUTPUT = 32 << 20;

    private final Process process;
    private final List<String> command;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Thread outReader;
    private final Thread errReader;

    private Running(Process process, List<String> command) {
        this.process = process;
        this.command = command;
        this.outReader = collect(process.getInputStream(), out);
        this.errReader = collect(process.getErrorStream(), err);
    }

    public static Running start(List<String> command) throws IOException {
        return start(command, Map.of(), Path.of("/"), false);
    }

    /**
     * Starts a command.
     *
     * @param environment all of it, unless it is empty
     * @param typed whether something will be written to its input, which is empty otherwise
     */
    static Running start(List<String> command, Map<String, String> environment, Path directory, boolean typed)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        if (!environment.isEmpty()) {
            builder.environment().clear();
            builder.environment().putAll(environment);
        }
        Process process = builder.start();
        if (!typed) {
            process.getOutputStream().close();
        }
        return new Running(process, command);
    }

    private static Thread collect(InputStream from, ByteArrayOutputStream to) {
        return Thread.ofPlatform().daemon().start(() -> {
            byte[] buffer = new byte[8192];
            try (from) {
                for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                    synchronized (to) {
                        if (to.size() < MOST_OUTPUT) {
                            to.write(buffer, 0, n);
                        }
                    }
                }
            } catch (IOException e) {
                // The process was killed while its output was read.
            }
        });
    }

    long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a line to the command's input. */
    public void type(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    public void endInput() throws IOException {
        process.getOutputStream().close();
    }

    /** What it has printed up to now. */
    public String out() {
        return text(out);
    }

    public String err() {
        return text(err);
    }

    private static String text(ByteArrayOutputStream of) {
        synchronized (of) {
            return of.toString(StandardCharsets.UTF_8);
        }
    }

    /** Waits until a word stands on its standard output. */
    public Running printed(String word) throws Exception {
        Await.until("'" + word + "' from " + command, () -> {
            if (!process.isAlive() && !out().contains(word)) {
                outReader.join(1000);
                errReader.join(1000);
                if (!out().contains(word)) {
                    throw new AssertionError("ended before it printed '" + word + "': " + finish());
                }
            }
            return out().contains(word);
        });
        return this;
    }

    public Outcome finish() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            close();
            throw new AssertionError("did not end in " + PATIENCE_SECONDS + " s: " + command + "\n" + out() + err());
        }
        // A process that it left behind may hold the pipe; what is in it now is all that counts.
        outReader.join(5000);
        errReader.join(5000);
        return new Outcome(process.exitValue(), out(), err());
    }

    /** Asks it to end as Ctrl-C does. */
    void interrupt() throws Exception {
        signal("INT");
    }

    void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
        kill.waitFor();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
