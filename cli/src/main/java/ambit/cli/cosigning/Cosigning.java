package ambit.cli.cosigning;

import ambit.audit.LogVerifier;
import ambit.audit.tlog.AnotherLog;
import ambit.audit.tlog.Quorum;
import ambit.cli.config.Witnesses;
import ambit.cli.supervisor.Places;
import ambit.cli.text.Terminal;
import ambit.log.JournalException;
import ambit.log.note.Note;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Has witnesses cosign a project's log: once, or whenever it has grown. It only reads the log, takes no lock of it, and nothing waits for it. Each
 * witness is asked on a thread of its own, so that one that is slow or down holds up no other.
 */
public final class Cosigning {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    /**
     * What came of asking a witness once.
     *
     * @param size of the checkpoint that it was asked about
     * @param problem why it has not cosigned it; empty if it has
     * @param anotherLog whether it knows another log
     * @param kept whether the checkpoint is kept with its cosignature, and not another one that more have cosigned
     */
    public record Answer(String name, long size, String problem, boolean anotherLog, boolean kept) {}

    private final Places places;
    private final Optional<Quorum> quorum;
    private final Duration every;
    private final List<AskedWitness> witnesses = new ArrayList<>();
    private final Terminal terminal;
    private volatile Optional<Round> current = Optional.empty();

    private Cosigning(Places places, Optional<Witnesses> configured, Terminal terminal) {
        this.places = places;
        this.quorum = configured.map(Witnesses::quorum);
        this.every = configured.map(Witnesses::every).orElse(Duration.ZERO);
        this.terminal = terminal;
    }

    /**
     * By witnesses of {@code ambit.yaml}, whose answers are remembered.
     *
     * @param ask which of them
     * @param archive where old parts of the log were moved to
     */
    public static Cosigning byConfigured(
            Places places, Witnesses configured, List<Witnesses.Asked> ask, Optional<Path> archive, Terminal terminal)
            throws IOException {
        Cosigning cosigning = new Cosigning(places, Optional.of(configured), terminal);
        WitnessStates states = new WitnessStates(places.witnesses());
        Places.makePrivate(places.state());
        Places.makePrivate(states.directory());
        states.keepOnly(configured.ask());
        for (Witnesses.Asked asked : ask) {
            states.begin(asked);
            cosigning.witnesses.add(new AskedWitness(asked, places.log(), archive, Optional.of(states)));
        }
        return cosigning;
    }

    /** By a witness that {@code ambit.yaml} does not name; what that names says what is kept. */
    public static Cosigning by(
            Places places,
            Witnesses.Asked asked,
            Optional<Witnesses> configured,
            Optional<Path> archive,
            Terminal terminal) {
        Cosigning cosigning = new Cosigning(places, configured, terminal);
        cosigning.witnesses.add(new AskedWitness(asked, places.log(), archive, Optional.empty()));
        return cosigning;
    }

    /**
     * Asks each witness for the newest checkpoint, all at the same time.
     *
     * @throws JournalException if there is none
     */
    public List<Answer> askOnce() throws IOException {
        Round round = round(LogVerifier.checkpoint(places.log()));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Answer>> answers = witnesses.stream()
                    .map(it -> CompletableFuture.supplyAsync(() -> ask(it, round), threads))
                    .toList();
            return answers.stream().map(CompletableFuture::join).toList();
        }
    }

    /** What goes wrong is the answer, and holds up no other witness. */
    private Answer ask(AskedWitness witness, Round round) {
        try {
            boolean kept = witness.ask(round, note -> new CosignedCheckpoint(places).keep(note, quorum));
            return new Answer(witness.asked().name(), round.size(), "", false, kept);
        } catch (AnotherLog e) {
            return remembered(witness, round, String.valueOf(e.getMessage()), true);
        } catch (IOException | JournalException e) {
            return remembered(witness, round, String.valueOf(e.getMessage()), false);
        }
    }

    private static Answer remembered(AskedWitness witness, Round round, String problem, boolean anotherLog) {
        String sentence = anotherLog ? witness.alarm(problem) : problem;
        try {
            witness.remember(problem, anotherLog);
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            sentence += sentence.equals(why) ? "" : "; and that is not remembered: " + why;
        }
        return new Answer(witness.asked().name(), round.size(), sentence, anotherLog, false);
    }

    /** Asks whenever the log has grown, until the thread is interrupted. */
    public void goOn() throws IOException, InterruptedException {
        CompletableFuture<Void> end = new CompletableFuture<>();
        List<Thread> threads = new ArrayList<>();
        for (AskedWitness it : witnesses) {
            threads.add(Thread.ofPlatform().daemon().name(it.asked().name()).start(() -> {
                try {
                    keepAsking(it);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                    end.completeExceptionally(e);
                }
            }));
        }
        try {
            while (true) {
                awaitFor(end, beginRound());
            }
        } catch (ExecutionException e) {
            throw new IOException("a witness can be asked no longer: " + e.getCause(), e);
        } finally {
            threads.forEach(Thread::interrupt);
        }
    }

    private static void awaitFor(CompletableFuture<Void> end, Duration time)
            throws ExecutionException, InterruptedException {
        try {
            end.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            // All go on.
        }
    }

    /** Begins a round if there is another checkpoint, and returns when to look again. */
    private Duration beginRound() throws IOException {
        Optional<Note> newest = newest();
        if (newest.isEmpty() || newest.equals(current.map(Round::checkpoint))) {
            return LOOK_AGAIN;
        }
        current = Optional.of(round(newest.get()));
        return every;
    }

    private Optional<Note> newest() throws IOException {
        try {
            return Optional.of(LogVerifier.checkpoint(places.log()));
        } catch (JournalException e) {
            return Optional.empty(); // there is no log yet
        }
    }

    private Round round(Note checkpoint) throws IOException {
        Optional<Note> kept =
                new CosignedCheckpoint(places).note().filter(it -> it.text().equals(checkpoint.text()));
        if (kept.isEmpty() || quorum.isEmpty()) {
            return new Round(checkpoint, checkpoint, Set.of());
        }
        Set<String> done = quorum.get().cosigned(kept.get()).stream()
                .map(Quorum.Cosigned::name)
                .collect(Collectors.toSet());
        return new Round(checkpoint, kept.get(), done);
    }

    private void keepAsking(AskedWitness witness) throws InterruptedException {
        Pause pause = new Pause();
        String problem = "";
        while (true) {
            Optional<Round> round = current.filter(it -> !it.has(witness.asked()));
            if (round.isEmpty()) {
                TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
                continue;
            }
            Answer answer = ask(witness, round.get());
            say(answer, problem);
            problem = answer.problem();
            Duration time = pause.after(answer, witness.reread());
            if (time.isPositive()) {
                TimeUnit.NANOSECONDS.sleep(jittered(time));
            }
        }
    }

    /** From half as long to half as long again, so that those who failed together do not come back together. */
    private static long jittered(Duration pause) {
        return pause.toNanos() / 2 + ThreadLocalRandom.current().nextLong(pause.toNanos());
    }

    private void say(Answer answer, String before) {
        if (answer.problem().equals(before)) {
            return;
        }
        if (answer.anotherLog()) {
            terminal.error(Terminal.plain(answer.problem()), WitnessState.ALARM_HINT);
        } else if (answer.problem().isEmpty()) {
            terminal.say("ambit: " + answer.name() + " cosigns again");
        } else {
            terminal.say("ambit: " + answer.name() + " has not cosigned: " + Terminal.plain(answer.problem()));
        }
    }
}
