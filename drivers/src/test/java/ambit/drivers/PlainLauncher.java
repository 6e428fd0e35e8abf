package ambit.drivers;

import ambit.wire.Denial;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Starts servers without a boundary, and remembers them. */
final class PlainLauncher implements ServerLauncher {
    final List<Process> started = new CopyOnWriteArrayList<>();

    @Override
    public ServerProcess launch(ServerCommand command) throws DriverFailure {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command.command()));
        builder.environment().putAll(command.environment());
        try {
            Process process = builder.start();
            started.add(process);
            return new Plain(process);
        } catch (IOException e) {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "cannot start " + command.command().getFirst(),
                    e);
        }
    }

    private record Plain(Process process) implements ServerProcess {
        @Override
        public OutputStream stdin() {
            return process.getOutputStream();
        }

        @Override
        public InputStream stdout() {
            return process.getInputStream();
        }

        @Override
        public InputStream stderr() {
            return process.getErrorStream();
        }

        @Override
        public CompletableFuture<String> ended() {
            return process.onExit().thenApply(ended -> "exit code " + ended.exitValue());
        }

        @Override
        public void kill() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
