package ambit.cli.cosigning;

import ambit.audit.LogTail;
import ambit.audit.LogVerifier;
import ambit.audit.tlog.AnotherLog;
import ambit.audit.tlog.Foothold;
import ambit.audit.tlog.Growth;
import ambit.audit.tlog.WitnessClient;
import ambit.cli.config.Witnesses;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.Segments;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A witness and what is known of it, as the one thread has it that asks it. Not thread-safe. */
final class AskedWitness {
    private final Witnesses.Asked asked;
    private final WitnessClient client;
    private final Path log;
    private final Optional<Path> archive;
    private final Optional<WitnessStates> states;
    private WitnessState state;
    private boolean reread;

    /**
     * A witness of this log.
     *
     * @param states where what is known of it is remembered, also by other processes; nowhere if empty
     */
    AskedWitness(Witnesses.Asked asked, Path log, Optional<Path> archive, Optional<WitnessStates> states) {
        this.asked = asked;
        this.client = new WitnessClient(asked.at(), asked.keys());
        this.log = log;
        this.archive = archive;
        this.states = states;
        this.state = WitnessState.start(asked);
    }

    Witnesses.Asked asked() {
        return asked;
    }

    /** Whether it had the log read again, when it was asked last, from before what it has cosigned. */
    boolean reread() {
        return reread;
    }

    /**
     * Has it cosign the round's checkpoint, and that kept with what all have cosigned of it.
     *
     * @return whether that is kept
     * @throws AnotherLog if it knows another log
     * @throws JournalException if it refuses otherwise, or the log is not what the checkpoint says
     * @throws IOException if it does not answer, or its answer cannot be written down
     */
    boolean ask(Round round, Round.Keeping keeping) throws IOException, AnotherLog {
        reread = false;
        if (states.isPresent()) {
            state = states.get().find(asked).orElse(state);
        }
        requireContinued(round);
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
        return round.add(asked, cosigned.cosignatures(), note -> {
            boolean kept = keeping.keep(note);
            // Another process may have asked it about more in between.
            change(it -> it.size() > cosigned.reached().size() ? it : it.cosigned(cosigned.reached(), atS));
            return kept;
        });
    }

    /** Writes down why it has not. That it knows another log stands until it has cosigned. */
    void remember(String problem, boolean anotherLog) throws IOException {
        change(it -> anotherLog || !it.anotherLog() ? it.with(problem, anotherLog) : it);
    }

    /** In words, that it knows another log. */
    String alarm(String problem) {
        return state.with(problem, true).alarm();
    }

    private void change(UnaryOperator<WitnessState> change) throws IOException {
        state = states.isPresent() ? states.get().change(asked, state, change) : change.apply(state);
    }

    /**
     * Needs no answer where what is remembered says already that this is another log. Otherwise the witness says so itself, if the log can be read from
     * its beginning to be shown to it.
     */
    private void requireContinued(Round round) throws IOException, AnotherLog {
        long size = state.size();
        String has = asked.at() + " has cosigned " + size + " entries of this log, and ";
        if (size > round.size() && !isReached(size)) {
            throw new AnotherLog(has + "the log has a checkpoint over " + round.size() + " only", size);
        }
        long start;
        try (Segments live = Segments.open(log)) {
            start = live.start();
        }
        LogTail.Place place = state.foothold().place();
        if (start > 0 && place.offset() > start && !leadsTo(place) && !leadsTo(LogTail.Place.START)) {
            throw new AnotherLog(
                    has + "what is left of the log since old parts were archived does not continue them", size);
        }
    }

    private boolean leadsTo(LogTail.Place place) throws IOException {
        try (LogTail _ = LogTail.open(log, archive, place)) {
            return true;
        } catch (JournalException e) {
            return false;
        }
    }

    /** Whether the log has gone on so far since the round began. */
    private boolean isReached(long size) throws IOException {
        return Checkpoint.of(LogVerifier.checkpoint(log)).head().size() >= size;
    }

    private Growth growth(long old, Note checkpoint) throws IOException {
        Foothold foothold = state.foothold();
        reread |= old < foothold.size();
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
