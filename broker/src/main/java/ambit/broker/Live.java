package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.End;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The contexts that live in this broker. */
final class Live {
    private final Map<Blob, ContextRun> contexts = new ConcurrentHashMap<>();

    void add(Blob context, ContextRun run) {
        contexts.put(context, run);
    }

    void remove(Blob context) {
        contexts.remove(context);
    }

    int size() {
        return contexts.size();
    }

    /** Kills those of the contexts that live here. */
    void kill(List<Blob> named, End how) {
        for (Blob context : named) {
            ContextRun run = contexts.get(context);
            if (run != null) {
                run.kill(how);
            }
        }
    }

    void killAll(End how) {
        contexts.values().forEach(run -> run.kill(how));
    }
}
