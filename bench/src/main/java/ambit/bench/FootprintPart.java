package ambit.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Memory of idle contexts: the proportional set size of what a guest's boundary consists of, and what the kernel grows by. */
final class FootprintPart implements Part {

    private static final String IDLE = "echo ready; read -r _; exit 0";

    private final Installation installation;
    private final int count;

    FootprintPart(Installation installation, int count) {
        this.installation = installation;
        this.count = count;
    }

    private record Figure(double boundary, double kernel) {}

    @Override
    public Result measure() throws IOException, InterruptedException {
        inside(); // so that what the kernel loads with its first contexts is not counted as theirs
        Figure figure = inside();
        double bare = bare();
        String each = " of one idle context (of " + count + ", guest: bash)";
        String baseline = "bare `bwrap --unshare-all`, same bash, at the same time as as many others";
        return new Result(
                List.of(
                        row("memory of the boundary" + each, figure.boundary, baseline, bare),
                        row(
                                "the same and its share of the kernel's growth",
                                figure.boundary + figure.kernel,
                                baseline,
                                bare)),
                List.of(
                        "Memory is the sum of PSS from `smaps_rollup`, of all contexts together divided by their number, so"
                                + " there is one value and no p95. The kernel's growth includes garbage of its JVMs."));
    }

    private static Row row(String what, double measured, String baseline, double base) {
        return new Row(what, mebibytes(measured), "-", baseline, mebibytes(base), "-", measured / base);
    }

    private static String mebibytes(double kibibytes) {
        return String.format(Locale.ROOT, "%.2f MiB", kibibytes / 1024);
    }

    private Figure inside() throws IOException {
        ProcessHandle supervisor =
                ProcessHandle.of(installation.supervisor()).orElseThrow(() -> new IOException("no supervisor runs"));
        Set<Long> kernel = supervisor.descendants().map(ProcessHandle::pid).collect(Collectors.toSet());
        long before = pss(kernel.stream());
        List<GuestRun> guests = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                GuestRun guest = installation.guest("/bin/bash", "-c", IDLE);
                guests.add(guest);
                guest.firstOutput();
            }
            double growth = pss(kernel.stream()) - before;
            double boundaries =
                    pss(supervisor.descendants().map(ProcessHandle::pid).filter(pid -> !kernel.contains(pid)));
            for (GuestRun guest : guests) {
                guest.endInput();
                guest.awaitSuccess();
            }
            return new Figure(boundaries / count, growth / count);
        } finally {
            for (GuestRun guest : guests) {
                guest.close();
            }
        }
    }

    private double bare() throws IOException, InterruptedException {
        List<Process> guests = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                Process guest = new ProcessBuilder(Programs.bareBoundary("/bin/bash", "-c", IDLE)).start();
                guests.add(guest);
                guest.getInputStream().read();
            }
            double all = pss(guests.stream()
                    .flatMap(guest -> Stream.concat(Stream.of(guest.toHandle()), guest.descendants()))
                    .map(ProcessHandle::pid));
            return all / count;
        } finally {
            for (Process guest : guests) {
                guest.destroy();
                guest.waitFor();
            }
        }
    }

    /** KiB. A process that ended meanwhile counts for nothing. */
    private static long pss(Stream<Long> pids) {
        return pids.mapToLong(FootprintPart::pss).sum();
    }

    private static long pss(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0;
        }
    }
}
