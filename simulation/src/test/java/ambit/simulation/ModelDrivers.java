package ambit.simulation;

import ambit.core.SimulatedCore;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.Verdict;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** A memory driver: what it committed it knows for good, what it was told of live contexts it forgets when it is killed. */
final class ModelDrivers implements SimulatedCore.Control {
    private static final int BREAKS = 60;

    private final SplittableRandom random;
    private final Schedule schedule;
    private final Trace trace;
    private final Runnable committing;
    private final Set<String> committed = new HashSet<>();
    private final Map<Blob, String> mapped = new HashMap<>();
    private long connections;
    private boolean connected;

    ModelDrivers(SplittableRandom random, Schedule schedule, Trace trace, Runnable committing) {
        this.random = random;
        this.schedule = schedule;
        this.trace = trace;
        this.committing = committing;
    }

    /** A new process, connected to the core. */
    void start() {
        mapped.clear();
        connections++;
        connected = true;
    }

    void kill() {
        mapped.clear();
        connected = false;
    }

    boolean hasCommitted(String transaction) {
        return committed.contains(transaction);
    }

    @Override
    public long connection() {
        return connected ? connections : 0;
    }

    @Override
    public DriverToCore ask(CoreToDriver command) throws IOException {
        long connection = connection();
        schedule.pause();
        requireConnected(connection);
        trace.event("drivers " + command.getClass().getSimpleName());
        DriverToCore answer = switch (command) {
            case CoreToDriver.MapContext m -> {
                mapped.put(m.context(), m.transaction());
                yield new DriverToCore.Ok();
            }
            case CoreToDriver.Keys(List<CoreToDriver.Offer> offers) ->
                new DriverToCore.Keys(
                        offers.stream().map(CoreToDriver.Offer::wrapped).toList());
            case CoreToDriver.CommitContext m -> commit(m.context());
            case CoreToDriver.DropContext m -> {
                mapped.remove(m.context());
                yield new DriverToCore.Ok();
            }
            case CoreToDriver.WasCommitted m -> new DriverToCore.Committed(committed.contains(m.transaction()));
            default -> new DriverToCore.Ok();
        };
        schedule.pause();
        requireConnected(connection);
        if (random.nextInt(BREAKS) == 0) {
            throw new IOException("the connection broke before the answer");
        }
        return answer;
    }

    private void requireConnected(long connection) throws IOException {
        if (connection == 0 || connection != connection()) {
            throw new IOException("the drivers are gone");
        }
    }

    private DriverToCore commit(Blob context) {
        String transaction = mapped.remove(context);
        if (transaction == null) {
            return new DriverToCore.Failed(Denial.CONTEXT_ENDED, "not mapped");
        }
        Violation.unless(committed.add(transaction), "transaction %s commits twice", transaction);
        committing.run();
        return new DriverToCore.Verdicts(List.of(Verdict.committed("key", 1)));
    }
}
