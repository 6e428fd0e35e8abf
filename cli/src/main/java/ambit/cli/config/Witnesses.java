package ambit.cli.config;

import ambit.audit.tlog.Quorum;
import ambit.log.note.VerifierKey;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Who cosigns the log's checkpoints.
 *
 * @param need how many of them must have
 * @param every how often at most a new checkpoint is put to them; one that has not cosigned it is asked again with pauses of up to a minute
 *     and a half
 */
public record Witnesses(int need, Duration every, List<Asked> ask) {
    /**
     * One of them.
     *
     * @param at its submission prefix
     * @param keys all of which it cosigns with; they have one name
     */
    public record Asked(URI at, List<VerifierKey> keys) {
        public Asked {
            keys = List.copyOf(keys);
        }

        /** What its keys are called. */
        public String name() {
            return keys.getFirst().name();
        }
    }

    public Witnesses {
        ask = List.copyOf(ask);
    }

    /** The same for who only looks. */
    public Quorum quorum() {
        return new Quorum(
                ask.stream().map(it -> new Quorum.Member(it.name(), it.keys())).toList(), need);
    }
}
