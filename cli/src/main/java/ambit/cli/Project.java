package ambit.cli;

import ambit.cli.config.Config;
import ambit.cli.config.ConfigFile;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Places;
import ambit.cli.text.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** One {@code ambit.yaml} and the kernel that belongs to it. */
record Project(Path directory, Places places) {

    /** The project of {@code start}: the nearest directory, upwards, that holds an {@code ambit.yaml}. */
    static Project find(Path start, Map<String, String> environment) {
        return findIfAny(start, environment)
                .orElseThrow(() -> Failure.usage(
                        "there is no " + ConfigFile.NAME + " in "
                                + start.toAbsolutePath().normalize() + " or above it",
                        "'ambit init' writes one to start from"));
    }

    /** The same for a command that can do without. */
    static Optional<Project> findIfAny(Path start, Map<String, String> environment) {
        Path absolute = start.toAbsolutePath().normalize();
        for (Path directory = absolute; directory != null; directory = directory.getParent()) {
            if (Files.exists(directory.resolve(ConfigFile.NAME))) {
                return Optional.of(in(directory, environment));
            }
        }
        return Optional.empty();
    }

    /** The project whose {@code ambit.yaml} is, or will be, in {@code directory}. */
    static Project in(Path directory, Map<String, String> environment) {
        String state = environment.getOrDefault("AMBIT_STATE", "");
        Path states = state.isEmpty() ? directory.resolve(".ambit") : Path.of(state);
        return new Project(directory.toAbsolutePath().normalize(), Places.of(states, environment));
    }

    Path file() {
        return directory.resolve(ConfigFile.NAME);
    }

    /** What the file says. Everything that is wrong with it is shown first; warnings only where they are asked for. */
    Config config(Terminal terminal, boolean withWarnings) {
        try {
            return switch (ConfigFile.read(file())) {
                case ConfigFile.Outcome.Good(Config config, var warnings) -> {
                    if (withWarnings) {
                        warnings.forEach(terminal::warn);
                    }
                    yield config;
                }
                case ConfigFile.Outcome.Bad(var errors) -> {
                    errors.forEach(terminal::error);
                    throw Failure.shown();
                }
            };
        } catch (NoSuchFileException e) {
            throw Failure.usage("there is no " + file(), "'ambit init' writes one to start from");
        } catch (IOException e) {
            throw Failure.usage("cannot read " + file(), "see who owns it, and its permissions")
                    .because(e);
        }
    }

    /** The configuration, for commands that only pass through it. */
    Config config(Terminal terminal) {
        return config(terminal, false);
    }
}
