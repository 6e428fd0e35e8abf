package ambit.boundary;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Finds what runs in a container below the process that made its namespaces; safe for use by several threads. */
final class ContainerTrace implements Trace {
    private final Process launcher;
    private final By by;
    private final int guestUid;
    private volatile @Nullable ProcessHandle first;
    private volatile boolean begun;

    ContainerTrace(Process launcher, By by, int guestUid) {
        this.launcher = launcher;
        this.by = by;
        this.guestUid = guestUid;
    }

    @Override
    public By by() {
        return by;
    }

    /** The first process of the namespace around the runtime, which everything ends with. */
    @Override
    public OptionalLong firstProcess() {
        ProcessHandle known = first;
        if (known == null) {
            known = launcher.children().findFirst().orElse(null);
            first = known;
        }
        return known == null ? OptionalLong.empty() : OptionalLong.of(known.pid());
    }

    @Override
    public OptionalLong observed() throws IOException {
        firstProcess();
        List<ProcessHandle> all = launcher.descendants().toList();
        for (ProcessHandle each : all) {
            boolean found = by.tier() == Tier.GVISOR
                    ? isGuestsKernel(each.pid())
                            && !isGuestsKernel(
                                    each.parent().map(ProcessHandle::pid).orElse(each.pid()))
                    : uid(each.pid()) == guestUid;
            if (found) {
                return OptionalLong.of(each.pid());
            }
        }
        throw new IOException("what waits in the container can not be found from outside");
    }

    /**
     * runsc names the process that the guest's system calls end in {@code runsc-sandbox}. What it forks to hold the guest's memory
     * has that name too for a moment; it is below it.
     */
    private static boolean isGuestsKernel(long pid) throws IOException {
        Path commandLine = Path.of("/proc", Long.toString(pid), "cmdline");
        try {
            return Files.readString(commandLine, StandardCharsets.ISO_8859_1).startsWith("runsc-sandbox\0");
        } catch (java.nio.file.NoSuchFileException e) {
            return false;
        }
    }

    /** The real uid, or -1 if the process is gone. */
    private static long uid(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"), StandardCharsets.ISO_8859_1)
                    .stream()
                    .filter(line -> line.startsWith("Uid:"))
                    .mapToLong(line -> Long.parseLong(line.split("\\s+", -1)[1]))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            return -1;
        }
    }

    @Override
    public void begun() {
        begun = true;
    }

    @Override
    public boolean programEnded() {
        return begun;
    }
}
