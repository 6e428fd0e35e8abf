package ambit.core;

import ambit.authority.signing.Signed;
import ambit.log.JournalException;
import ambit.wire.Blob;
import ambit.wire.CoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The core process. {@code argv[0]} is the path of a {@link CoreConfig}; it says {@code ready} on its output when it listens, then by
 * which provider it signs, and runs until it is told to stop.
 */
public final class Main {
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private Main() {}

    public static void main(String[] args) {
        if (args.length != 1) {
            fail("the core takes the path of its configuration", USAGE);
            return;
        }
        try {
            Blob config = Blob.of(Files.readAllBytes(Path.of(args[0])));
            CoreProcess process = new CoreProcess(CoreConfig.parse(config));
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> close(process)));
            System.out.println("ready");
            System.out.println("signs with " + Signed.provider());
        } catch (IOException | RuntimeException e) {
            boolean foreseen = e instanceof IOException || e instanceof JournalException;
            fail(foreseen ? String.valueOf(e.getMessage()) : "nobody foresaw this: " + e, FAILED);
        }
    }

    private static void close(CoreProcess process) {
        try {
            process.close();
        } catch (IOException e) {
            System.err.println("ambit: error: the core did not close its sockets: " + e.getMessage());
        }
    }

    private static void fail(String sentence, int status) {
        System.err.println("ambit: error: " + sentence);
        System.exit(status);
    }
}
