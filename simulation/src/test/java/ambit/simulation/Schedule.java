package ambit.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads of which one runs at a time: until it ends or waits here, when the seed says which goes on. So requests meet in the core in every
 * order, and in the same one each time.
 */
final class Schedule {
    /** One request on its way through the core, or what comes of it. */
    private final class Task {
        final String name;
        final Semaphore go = new Semaphore(0);
        BooleanSupplier ready = () -> true;
        boolean killed;
        boolean over;

        Task(String name, Runnable body) {
            this.name = name;
            Thread.ofVirtual().start(() -> run(body));
        }

        private void run(Runnable body) {
            try {
                go.acquireUninterruptibly();
                if (!killed) {
                    body.run();
                }
            } catch (Killed e) {
                // As it should.
            } catch (Throwable e) {
                failure = e;
            } finally {
                over = true;
                back.release();
            }
        }

        void await(BooleanSupplier condition) {
            ready = condition;
            back.release();
            go.acquireUninterruptibly();
            if (killed) {
                throw new Killed();
            }
        }
    }

    private final Semaphore back = new Semaphore(0);
    private final List<Task> tasks = new ArrayList<>();
    private final SplittableRandom random;
    private final Trace trace;
    private volatile @Nullable Task current;
    private volatile @Nullable Throwable failure;

    Schedule(SplittableRandom random, Trace trace) {
        this.random = random;
        this.trace = trace;
    }

    /** Adds a task; it begins when the seed says so. */
    void start(String name, Runnable body) {
        tasks.add(new Task(name, body));
    }

    int size() {
        return tasks.size();
    }

    /** Called by a task: others may go on, and this one when the condition holds. Nothing happens outside of tasks. */
    void await(BooleanSupplier condition) {
        Task task = current;
        if (task != null) {
            task.await(condition);
        }
    }

    /** Called by a task: others may go on. */
    void pause() {
        await(() -> true);
    }

    /** Lets one task that is ready go on to where it waits next; says whether there was one. */
    boolean step() {
        List<Task> ready =
                tasks.stream().filter(task -> task.ready.getAsBoolean()).toList();
        if (ready.isEmpty()) {
            return false;
        }
        Task task = ready.get(random.nextInt(ready.size()));
        trace.event("run " + task.name);
        resume(task);
        return true;
    }

    private void resume(Task task) {
        current = task;
        task.go.release();
        back.acquireUninterruptibly();
        current = null;
        if (task.over) {
            tasks.remove(task);
        }
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw thrown instanceof Violation violation
                    ? violation
                    : new Violation(task.name + " failed: " + thrown, thrown);
        }
    }

    /** All tasks end where they are. */
    void kill() {
        for (Task task : List.copyOf(tasks)) {
            task.killed = true;
            while (!task.over) {
                resume(task);
            }
        }
    }
}
