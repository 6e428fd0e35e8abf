package ambit.drivers;

import ambit.boundary.BoundaryRefused;
import ambit.boundary.ProcessBoundary;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The drivers as a process: {@code ambit.drivers.Main <configuration file>}. */
public final class Main {
    private static final long MAX_CONFIG = 4 << 20;
    private static final int FAILED = 1;
    private static final int LOST_THE_CORE = 3;

    /** Their messages quote what servers send, unscrubbed; held here because the log manager itself would forget them. */
    private static final List<Logger> SILENT =
            List.of(Logger.getLogger("io.modelcontextprotocol"), Logger.getLogger("reactor"));

    private Main() {}

    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            fail("expected one argument, the configuration file", "the supervisor starts this process: ambit up");
            return;
        }
        SILENT.forEach(library -> library.setLevel(Level.OFF));
        try {
            System.exit(run(Path.of(arguments[0])));
        } catch (DriverFailure e) {
            fail(e.sentence(), "ambit doctor");
        } catch (BoundaryRefused e) {
            fail(e.sentence(), e.hint());
        } catch (IOException e) {
            fail("the drivers do not start: " + e.getMessage(), "ambit doctor");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int run(Path file) throws IOException, DriverFailure, BoundaryRefused, InterruptedException {
        if (Files.size(file) > MAX_CONFIG) {
            throw new IOException("the configuration is too large");
        }
        DriversConfig config = DriversConfig.parse(Blob.of(Files.readAllBytes(file)));
        try (ProcessBoundary boundary = ProcessBoundary.open();
                DriversProcess process = DriversProcess.start(
                        config, System.getenv(), new BoundaryLauncher(boundary), InstantSource.system())) {
            Runtime.getRuntime().addShutdownHook(new Thread(process::close, "shutdown"));
            for (String complaint : process.complaints()) {
                System.err.println("ambit: warning: " + complaint);
            }
            process.awaitEnd();
            return LOST_THE_CORE;
        }
    }

    private static void fail(String sentence, String hint) {
        System.err.println("ambit: error: " + sentence);
        System.err.println("ambit: hint: " + hint);
        System.exit(FAILED);
    }
}
