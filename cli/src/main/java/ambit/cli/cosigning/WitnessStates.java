package ambit.cli.cosigning;

import ambit.cli.config.Witnesses;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The directory with what is known of each witness that {@code ambit.yaml} names. Several processes may change it at the same time. */
public record WitnessStates(Path directory) {
    private static final String STATE = ".witness";

    /**
     * What is known of all witnesses.
     *
     * @param damaged a sentence about each file that cannot be read, so that nothing is known of its witness
     */
    public record Known(List<WitnessState> states, List<String> damaged) {
        public Known {
            states = List.copyOf(states);
            damaged = List.copyOf(damaged);
        }
    }

    private Path file(Witnesses.Asked asked) {
        byte[] both = (asked.at() + "\n" + asked.name()).getBytes(StandardCharsets.UTF_8);
        return directory.resolve(Blob.of(both).sha256().toHex().substring(0, 16) + STATE);
    }

    private Path lock() {
        return directory.resolve("lock");
    }

    /**
     * What is known of a witness; nothing if it was never asked.
     *
     * @throws IOException if its file cannot be read or is damaged
     */
    public Optional<WitnessState> find(Witnesses.Asked asked) throws IOException {
        try {
            return Optional.of(WitnessState.read(file(asked)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Has a witness of which nothing is known stand among the others; a file that is there stays as it is. */
    void begin(Witnesses.Asked asked) throws IOException {
        StateLock.holding(lock(), () -> {
            if (!Files.exists(file(asked))) {
                WitnessState.start(asked).write(file(asked));
            }
            return true;
        });
    }

    /**
     * Changes what is known of a witness, whoever wrote it last, and returns the outcome.
     *
     * @param otherwise what is known of it if nothing is written
     * @throws IOException if it cannot be read, is damaged, or cannot be written; it stays as it was
     */
    WitnessState change(Witnesses.Asked asked, WitnessState otherwise, UnaryOperator<WitnessState> change)
            throws IOException {
        return StateLock.holding(lock(), () -> {
            WitnessState changed = change.apply(find(asked).orElse(otherwise));
            changed.write(file(asked));
            return changed;
        });
    }

    /** Forgets all others than these witnesses. */
    public void keepOnly(List<Witnesses.Asked> asked) throws IOException {
        List<Path> kept = asked.stream().map(this::file).toList();
        for (Path file : files()) {
            if (!kept.contains(file)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(it -> it.toString().endsWith(STATE)).sorted().toList();
        }
    }

    /** All of them. */
    public Known all() throws IOException {
        List<WitnessState> states = new ArrayList<>();
        List<String> damaged = new ArrayList<>();
        for (Path file : files()) {
            try {
                states.add(WitnessState.read(file));
            } catch (NoSuchFileException e) {
                // Forgotten in between.
            } catch (IOException e) {
                damaged.add(String.valueOf(e.getMessage()));
            }
        }
        return new Known(states, damaged);
    }
}
