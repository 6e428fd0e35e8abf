package ambit.cli.supervisor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A process that does something with the log, as long as the supervisor lives: it reads the log and the kernel never waits for it. It has the
 * rights of the host's user and is no part of the kernel, so its end ends nothing else; it is started again. The other end of its input is
 * the supervisor's, so that it ends even with one that was killed.
 */
final class LogProcess implements AutoCloseable {
    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 30_000;
    private static final long STEADY_MS = 60_000;
    private static final long GRACE_S = 5;

    /** What such a process does: its name in the kernel's log, and the subcommand of {@code ambit log}. */
    enum Task {
        SHIPPING("ship"),
        COSIGNING("cosign");

        private final String command;

        Task(String command) {
            this.command = command;
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Task task;
    private final Thread keeper;
    private final List<String> command;
    private final Map<String, String> environment;
    private final KernelLog log;

    private LogProcess(Task task, List<String> command, Map<String, String> environment, KernelLog log) {
        this.task = task;
        this.keeper = Thread.ofPlatform().daemon().name(task.word()).unstarted(this::keep);
        this.command = command;
        this.environment = environment;
        this.log = log;
    }

    /** Starts one for each of these tasks of the project in {@code directory}, and has them go on until they are closed. */
    static List<LogProcess> start(Path directory, KernelPlan plan, Map<String, String> environment, KernelLog log) {
        List<LogProcess> started = new ArrayList<>();
        if (!plan.shipping().isEmpty()) {
            started.add(start(Task.SHIPPING, plan.shippingVariables(), directory, plan, environment, log));
        }
        if (plan.witnesses().isPresent()) {
            started.add(start(Task.COSIGNING, Set.of(), directory, plan, environment, log));
        }
        return started;
    }

    /** Of the credentials in the environment, it gets those of these names. */
    private static LogProcess start(
            Task task,
            Set<String> credentials,
            Path directory,
            KernelPlan plan,
            Map<String, String> environment,
            KernelLog log) {
        List<String> command = new ArrayList<>(List.of(
                Distribution.java().toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xmx96m",
                "--enable-native-access=ambit.boundary",
                "--add-modules",
                "jdk.net",
                "--module-path",
                Distribution.modulePath(),
                "-m",
                "ambit.cli/ambit.cli.Main",
                "-C",
                directory.toString(),
                "log",
                task.command,
                "--supervised"));
        command.addAll(1, Distribution.ownOptions());
        Map<String, String> own = new TreeMap<>(environment);
        own.keySet()
                .removeIf(name -> (plan.variables().contains(name)
                                || plan.shippingVariables().contains(name))
                        && !credentials.contains(name));
        LogProcess process = new LogProcess(task, command, own, log);
        process.keeper.start();
        return process;
    }

    private void keep() {
        long pause = FIRST_PAUSE_MS;
        try {
            while (true) {
                long began = System.nanoTime();
                String end = runOnce();
                pause = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) > STEADY_MS ? FIRST_PAUSE_MS : pause;
                log.say("supervisor", task.word() + " ended: " + end + "; it is started again");
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
        log.follow(task.word(), process.getInputStream());
        try {
            return "exit code " + process.waitFor();
        } finally {
            process.destroy();
            if (process.isAlive() && !process.waitFor(GRACE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    /** Ends all of these. */
    static void close(List<LogProcess> processes) {
        processes.forEach(it -> it.keeper.interrupt());
        processes.forEach(LogProcess::close);
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
