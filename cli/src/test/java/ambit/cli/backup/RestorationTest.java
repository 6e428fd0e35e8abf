package ambit.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.cli.supervisor.Places;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An exchange of states that ends before any of its renames goes on from there, and comes to the same. */
final class RestorationTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    /** Renames so many times, and then the disk does not any more. */
    private static Restoration.Renaming times(int times) {
        int[] left = {times};
        return (from, to) -> {
            if (left[0]-- == 0) {
                throw new IOException("the disk is gone");
            }
            Restoration.ON_DISK.rename(from, to);
        };
    }

    private Places begun(int number) throws IOException {
        Path state = directory.resolve("state" + number);
        for (String name : new String[] {"core", "keys", "drivers"}) {
            Files.writeString(Files.createDirectories(state.resolve(name)).resolve("x"), "old " + name);
        }
        Files.writeString(state.resolve("only-before"), "old");
        Files.writeString(state.resolve("kernel.lock"), "");
        for (String name : new String[] {"core", "keys", "grants"}) {
            Path fresh = Files.createDirectories(state.resolve("restoring/new").resolve(name));
            Files.writeString(fresh.resolve("x"), "new " + name);
        }
        Files.writeString(state.resolve("restoring/ambit.yaml"), "new");
        return Places.of(state, Map.of());
    }

    @Test
    void wheneverItEndsEarlyItGoesOnFromThere() throws IOException {
        int number = 0;
        boolean whole = false;
        while (!whole) {
            int times = number++;
            Places places = begun(times);
            Path config = Files.createDirectories(directory.resolve("project" + times))
                    .resolve("ambit.yaml");
            Optional<Path> before;
            try {
                before = Restoration.finish(places, config, Map.of(), times(times));
                whole = true;
            } catch (IOException e) {
                assertThat(Restoration.begun(places)).as("after %d", times).isTrue();
                assertThatThrownBy(places::requireWhole).hasMessageContaining("broken off");
                before = Restoration.finish(places, config, Map.of());
            }
            exchanged(places, config, before, times);
        }
        assertThat(number).isGreaterThan(10);
    }

    private static void exchanged(Places places, Path config, Optional<Path> said, int times) throws IOException {
        Path state = places.state();
        try (Stream<Path> found = Files.list(state)) {
            assertThat(found.map(it -> it.getFileName().toString().replaceAll("[0-9]+", "")))
                    .as("after %d", times)
                    .containsExactlyInAnyOrder("kernel.lock", "core", "keys", "grants", "before-");
        }
        for (String name : new String[] {"core", "keys", "grants"}) {
            assertThat(state.resolve(name).resolve("x")).hasContent("new " + name);
        }
        assertThat(config).hasContent("new");
        try (Stream<Path> found = Files.list(state).filter(it -> it.toString().contains("before-"))) {
            Path before = found.findFirst().orElseThrow();
            said.ifPresent(it -> assertThat(it).isEqualTo(before));
            assertThat(before.resolve("core/x")).hasContent("old core");
            assertThat(before.resolve("drivers/x")).hasContent("old drivers");
            assertThat(before.resolve("only-before")).hasContent("old");
        }
    }
}
