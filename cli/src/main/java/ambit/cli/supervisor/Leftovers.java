package ambit.cli.supervisor;

import ambit.boundary.KernelProcesses;
import ambit.cli.outcome.Failure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a supervisor that was killed has left behind. Only who holds the state directory's lock may clear it away. */
final class Leftovers {

    private static final long END_WITHIN_S = 10;

    private Leftovers() {}

    /** Kills the processes, waits until they are gone, and removes sockets and temporary files. */
    static void clear(Places places) throws IOException {
        Optional<KernelStatus> old = KernelStatus.read(places.status());
        Set<ProcessHandle> left = new LinkedHashSet<>();
        old.ifPresent(status -> status.processes()
                .values()
                .forEach(member -> member.process().ifPresent(process -> {
                    process.descendants().forEach(left::add);
                    left.add(process);
                })));
        left.forEach(ProcessHandle::destroyForcibly);
        left.forEach(Leftovers::awaitEnd);
        removeSockets(places);
        KernelProcesses.sweep();
    }

    private static void awaitEnd(ProcessHandle process) {
        try {
            process.onExit().get(END_WITHIN_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw Failure.kernel(
                            "process " + process.pid() + " of an earlier kernel does not end", "see what it waits for")
                    .because(e);
        }
    }

    static void removeSockets(Places places) throws IOException {
        if (!Files.isDirectory(places.runtime(), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(places.runtime(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
