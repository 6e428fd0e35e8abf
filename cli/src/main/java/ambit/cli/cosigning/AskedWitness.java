package ambit.cli.cosigning;

import ambit.audit.LogVerifier;
import ambit.audit.tlog.AnotherLog;
import ambit.audit.tlog.Foothold;
import ambit.audit.tlog.Growth;
import ambit.audit.tlog.WitnessClient;
import ambit.cli.config.Witnesses;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A witness and what is known of it, as the one thread has it that asks it. Not thread-safe. */
final class AskedWitness {
    /** Remembers what is known of a witness. */
    @FunctionalInterface
    interface Memory {
        void remember(WitnessState state) throws IOException;
    }

    private final Witnesses.Asked asked;
    private final WitnessClient client;
    private final Path log;
    private final Optional<Path> archive;
    private final Memory memory;
    private WitnessState state;

    AskedWitness(Witnesses.Asked asked, Path log, Optional<Path> archive, WitnessState state, Memory memory) {
        this.asked = asked;
        this.client = new WitnessClient(asked.at(), asked.keys());
        this.log = log;
        this.archive = archive;
        this.memory = memory;
        this.state = state;
    }

    Witnesses.Asked asked() {
        return asked;
    }

    WitnessState state() {
        return state;
    }

    /**
     * Has it cosign the round's checkpoint, and returns that with what all have cosigned of it.
     *
     * @throws AnotherLog if it knows another log
     * @throws JournalException if it refuses otherwise, or the log is not what the checkpoint says
     * @throws IOException if it does not answer
     */
    Note ask(Round round) throws IOException, AnotherLog {
        Note checkpoint = round.checkpoint();
        WitnessClient.Cosigned cosigned;
        try {
            cosigned = client.cosign(checkpoint, state.size(), old -> growth(old, checkpoint));
        } catch (AnotherLog e) {
            if (e.size() > round.size() && isReached(e.size())) {
                throw new JournalException(asked.at() + " was asked by somebody else in between", e);
            }
            throw e;
        }
        long atS =
                cosigned.cosignatures().stream().mapToLong(NoteLine::time).max().orElse(0);
        state = state.cosigned(cosigned.reached(), atS);
        return round.add(asked, cosigned.cosignatures());
    }

    /** Writes down that it has cosigned. */
    void remember() throws IOException {
        memory.remember(state);
    }

    /** Writes down why it has not. That it knows another log stands until it has cosigned. */
    void remember(String problem, boolean anotherLog) throws IOException {
        if (anotherLog || !state.anotherLog()) {
            state = state.with(problem, anotherLog);
            memory.remember(state);
        }
    }

    /** Whether the log has gone on so far since the round began. */
    private boolean isReached(long size) throws IOException {
        return Checkpoint.of(LogVerifier.checkpoint(log)).head().size() >= size;
    }

    private Growth growth(long old, Note checkpoint) throws IOException {
        Foothold foothold = state.foothold();
        if (foothold.size() > 0 && foothold.size() <= old) {
            try {
                return Growth.read(log, archive, foothold, old, checkpoint);
            } catch (JournalException e) {
                // The log is not the one that was cosigned, or that is not remembered well: the witness says which.
            }
        }
        return Growth.read(log, archive, Foothold.START, old, checkpoint);
    }
}
