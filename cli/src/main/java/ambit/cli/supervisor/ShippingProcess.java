package ambit.cli.supervisor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The process that ships the log's events, as long as the supervisor lives: it reads the log and the kernel never waits for it. It has the
 * rights of the host's user and is no part of the kernel, so its end ends nothing else; it is started again. The other end of its input is
 * the supervisor's, so that it ends even with one that was killed.
 */
final class ShippingProcess implements AutoCloseable {
    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 30_000;
    private static final long STEADY_MS = 60_000;
    private static final long GRACE_S = 5;

    private final Thread keeper = Thread.ofPlatform().daemon().name("shipping").unstarted(this::keep);
    private final List<String> command;
    private final Map<String, String> environment;
    private final KernelLog log;

    private ShippingProcess(List<String> command, Map<String, String> environment, KernelLog log) {
        this.command = command;
        this.environment = environment;
        this.log = log;
    }

    /** Starts it for the project in {@code directory}, and has it go on until this is closed. */
    static ShippingProcess start(Path directory, KernelPlan plan, Map<String, String> environment, KernelLog log) {
        List<String> command = List.of(
                Distribution.java().toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xmx96m",
                "--module-path",
                Distribution.modulePath(),
                "-m",
                "ambit.cli/ambit.cli.Main",
                "-C",
                directory.toString(),
                "log",
                "ship",
                "--supervised");
        Map<String, String> own = new TreeMap<>(environment);
        own.keySet()
                .removeIf(name -> plan.variables().contains(name)
                        && !plan.shippingVariables().contains(name));
        ShippingProcess shipping = new ShippingProcess(new ArrayList<>(command), own, log);
        shipping.keeper.start();
        return shipping;
    }

    private void keep() {
        long pause = FIRST_PAUSE_MS;
        try {
            while (true) {
                long began = System.nanoTime();
                String end = runOnce();
                pause = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) > STEADY_MS ? FIRST_PAUSE_MS : pause;
                log.say("supervisor", "shipping ended: " + end + "; it is started again");
                TimeUnit.MILLISECONDS.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String runOnce() throws InterruptedException {
        Process process;
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
        log.follow("shipping", process.getInputStream());
        try {
            return "exit code " + process.waitFor();
        } finally {
            process.destroy();
            if (process.isAlive() && !process.waitFor(GRACE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    @Override
    public void close() {
        keeper.interrupt();
        try {
            keeper.join(TimeUnit.SECONDS.toMillis(2 * GRACE_S));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
