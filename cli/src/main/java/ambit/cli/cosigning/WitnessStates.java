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
import java.util.stream.Stream;

/** The directory with what is known of each witness that {@code ambit.yaml} names. */
public record WitnessStates(Path directory) {
    private static final String STATE = ".witness";

    private Path file(String at, String name) {
        byte[] both = (at + "\n" + name).getBytes(StandardCharsets.UTF_8);
        return directory.resolve(Blob.of(both).sha256().toHex().substring(0, 16) + STATE);
    }

    WitnessState read(Witnesses.Asked asked) throws IOException {
        try {
            return WitnessState.read(file(asked.at().toString(), asked.name()));
        } catch (NoSuchFileException e) {
            return WitnessState.start(asked);
        }
    }

    void write(WitnessState state) throws IOException {
        state.write(file(state.at(), state.name()));
    }

    /** Forgets all others than these witnesses. */
    public void keepOnly(List<Witnesses.Asked> asked) throws IOException {
        List<Path> kept =
                asked.stream().map(it -> file(it.at().toString(), it.name())).toList();
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
    public List<WitnessState> all() throws IOException {
        List<WitnessState> all = new ArrayList<>();
        for (Path file : files()) {
            all.add(WitnessState.read(file));
        }
        return all;
    }
}
