package ambit.drivers;

import ambit.boundary.Boundary;
import ambit.boundary.BoundaryRefused;
import ambit.boundary.BoundarySpec;
import ambit.boundary.Exit;
import ambit.boundary.Mount;
import ambit.boundary.Network;
import ambit.boundary.RunningGuest;
import ambit.wire.Denial;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/** Starts each MCP server in a boundary of its own: no network unless declared, no files but the declared ones. */
final class BoundaryLauncher implements ServerLauncher {
    private final Boundary boundary;

    BoundaryLauncher(Boundary boundary) {
        this.boundary = boundary;
    }

    @Override
    public ServerProcess launch(ServerCommand command) throws DriverFailure {
        try {
            return new Guest(boundary.start(spec(command)));
        } catch (BoundaryRefused | IllegalArgumentException e) {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "the MCP server of tool '" + command.tool() + "' cannot be started with the command '"
                            + Foreign.quote(command.command().getFirst()) + "': "
                            + Foreign.quote(String.valueOf(e.getMessage())),
                    e);
        }
    }

    private static BoundarySpec spec(ServerCommand command) {
        BoundarySpec.Builder spec = BoundarySpec.of(command.command())
                .hostname("tool")
                .network(command.hostNetwork() ? new Network.Host() : new Network.None());
        command.environment().forEach(spec::environment);
        for (ToolConfig.FileView file : command.files()) {
            spec.mount(
                    file.writable()
                            ? new Mount.Writable(file.source(), file.at())
                            : new Mount.ReadOnly(file.source(), file.at()));
        }
        return spec.build();
    }

    private record Guest(RunningGuest guest) implements ServerProcess {
        @Override
        public OutputStream stdin() {
            return guest.stdin();
        }

        @Override
        public InputStream stdout() {
            return guest.stdout();
        }

        @Override
        public InputStream stderr() {
            return guest.stderr();
        }

        @Override
        public CompletableFuture<String> ended() {
            return guest.onExit().thenApply(Guest::words);
        }

        private static String words(Exit exit) {
            return switch (exit.how()) {
                case EXITED -> "exit code " + exit.code();
                case KILLED -> "killed";
                case WALL_LIMIT -> "it ran longer than its boundary allows";
                case CPU_LIMIT -> "it used more processor time than its boundary allows";
                case MEMORY_LIMIT -> "it used more memory than its boundary allows";
                case NOT_STARTED -> "its boundary did not start it";
            };
        }

        @Override
        public void kill() {
            guest.close();
        }
    }
}
