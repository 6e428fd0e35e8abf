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

    /** Has a file for each of these witnesses and for no other. */
    void keepOnly(List<Witnesses.Asked> asked) throws IOException {
        for (Witnesses.Asked it : asked) {
            write(read(it));
        }
        for (WitnessState state : all()) {
            if (asked.stream()
                    .noneMatch(it ->
                            it.at().toString().equals(state.at()) && it.name().equals(state.name()))) {
                Files.deleteIfExists(file(state.at(), state.name()));
            }
        }
    }

    /** All of them. */
    public List<WitnessState> all() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<WitnessState> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(it -> it.toString().endsWith(STATE)).sorted().toList()) {
                all.add(WitnessState.read(file));
            }
        }
        return all;
    }
}
