package ambit.cli.cosigning;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Has one thread of one process at a time change what is kept. */
final class StateLock {
    /** Locks of files are the process's; this is its threads'. */
    private static final Object THREADS = new Object();

    /** What is done meanwhile. */
    @FunctionalInterface
    interface Change<T> {
        T make() throws IOException;
    }

    private StateLock() {}

    /** Makes a change, which holds no other lock, while nobody else holds this file. */
    static <T> T holding(Path file, Change<T> change) throws IOException {
        synchronized (THREADS) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                return change.make();
            }
        }
    }
}
