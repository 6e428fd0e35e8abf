package ambit.cli;

import ambit.cli.outcome.ExitCode;
import java.io.IOException;

/** What a process does that a supervisor has started beside the kernel. */
final class Supervised {
    private Supervised() {}

    /** From now on ends this process when the supervisor does, who holds the other end of its input. */
    static void endWithInput() {
        Thread.ofPlatform().daemon().name("supervisor").start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nobody writes; the end is what is waited for.
                }
            } catch (IOException e) {
                // As good as an end.
            }
            System.exit(ExitCode.OK);
        });
    }
}
