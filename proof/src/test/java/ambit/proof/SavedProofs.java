package ambit.proof;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The steps of the proofs found so far, one file for each contract. */
final class SavedProofs {

    private final Path directory;

    SavedProofs(Path directory) {
        this.directory = directory;
    }

    Optional<String> read(String contract) throws IOException {
        Path file = file(contract);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    void write(String contract, String steps) throws IOException {
        Files.createDirectories(directory);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file(contract)))) {
            out.write(steps.getBytes(StandardCharsets.UTF_8));
        }
    }

    private Path file(String contract) {
        String name = contract.replaceAll("[(), ]+", "-").replace("[]", "s").replaceFirst("-$", "");
        return directory.resolve(name + ".proof.gz");
    }
}
