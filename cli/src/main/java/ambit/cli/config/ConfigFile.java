package ambit.cli.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads {@code ambit.yaml}. */
public final class ConfigFile {

    /** The file's usual name. */
    public static final String NAME = "ambit.yaml";

    /** What came of reading a file: its content with what it could say better, or everything that is wrong with it. */
    public sealed interface Outcome {

        record Good(Config config, List<Problem> warnings) implements Outcome {}

        record Bad(List<Problem> errors) implements Outcome {}
    }

    private ConfigFile() {}

    /**
     * Reads a file of at most 1 MiB.
     *
     * @throws IOException if it cannot be read at all
     */
    public static Outcome read(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        byte[] bytes;
        try (java.io.InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(YamlText.MAX_LENGTH + 1);
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            Problem problem = new Problem(name, new Position(1, 1), "the file is not UTF-8", "save it as UTF-8");
            return new Outcome.Bad(List.of(problem));
        }
        Path directory = file.toAbsolutePath().getParent();
        return parse(name, text, Optional.ofNullable(directory));
    }

    /** Parses a text that names no other files; {@code name} is what problems call it. */
    public static Outcome parse(String name, String text) {
        return parse(name, text, Optional.empty());
    }

    private static Outcome parse(String name, String text, Optional<Path> directory) {
        Problems problems = new Problems(name);
        return YamlText.read(text, problems)
                .flatMap(root -> new ConfigParser(problems, directory).config(root))
                .filter(config -> problems.none())
                .<Outcome>map(config -> new Outcome.Good(config, problems.warnings()))
                .orElseGet(() -> new Outcome.Bad(problems.errors()));
    }
}
