package ambit.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that outlives this one and then puts away what this one could not: a file system that is still mounted, a process that still
 * runs. Without it a test that is killed leaves both on the machine.
 */
final class Warden implements AutoCloseable {
    private final Process shell;

    private Warden(String last, String about) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "read -r _ || " + last, about));
        if (Command.have("setsid")) {
            // What is typed at a terminal is for the test.
            command.addFirst("setsid");
        }
        this.shell = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Of what is about to be mounted there. */
    static Warden ofMount(Path place) throws IOException {
        return new Warden("umount --lazy \"$0\"", place.toString());
    }

    /** And of its children, which may be stopped. */
    static Warden ofProcess(long pid) throws IOException {
        return new Warden("{ all=$(cat \"/proc/$0/task/\"*/children); kill -9 \"$0\" $all; }", Long.toString(pid));
    }

    /** There is nothing left to put away. */
    @Override
    public void close() throws IOException {
        try (OutputStream input = shell.getOutputStream()) {
            input.write("over\n".getBytes(StandardCharsets.US_ASCII));
        }
        shell.onExit().join();
    }
}
