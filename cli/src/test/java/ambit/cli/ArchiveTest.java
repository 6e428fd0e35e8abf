package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.keyfile.PublicKeyFile;
import ambit.log.note.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old parts of a log of three complete parts and the beginning of a fourth. */
class ArchiveTest {
    private static final int EVENTS = 1850;
    private static final String LARGE = "\"" + "x".repeat(30_000) + "\"";

    @TempDir
    private Path directory;

    @TempDir
    private Path archive;

    private Shell shell = new Shell(Path.of(""));

    @SuppressWarnings("NullAway.Init")
    private TestLog log;

    @BeforeEach
    void aLogOfManyParts() throws IOException {
        shell = new Shell(directory);
        log = new TestLog(directory);
        for (int i = 0; i < EVENTS; i++) {
            log.append(TestLog.event(LARGE));
            if (i % 10 == 0) {
                log.sync();
            }
        }
        log.sync();
        assertThat(parts()).hasSize(3);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private List<Path> parts() throws IOException {
        return files(log.path(), "entries.");
    }

    private static List<Path> files(Path directory, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(it -> it.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    private int run(String... arguments) {
        return shell.run(arguments);
    }

    private int archived(String... more) {
        List<String> all = new java.util.ArrayList<>(List.of("log", "archive", "--to", archive.toString()));
        all.addAll(List.of(more));
        return run(all.toArray(String[]::new));
    }

    @Test
    void whatTheCoreNeedsToStartStays() throws IOException {
        assertThat(archived("--keep", "1d")).as(shell.err()).isZero();
        assertThat(shell.err()).contains("nothing is old enough");
        assertThat(parts()).hasSize(3);
    }

    @Test
    void whatIsNotOldEnoughOrNotShippedStays() throws IOException {
        log.snapshot();
        assertThat(archived("--before", "2020-01-01")).isZero();
        assertThat(parts()).hasSize(3);
        Path events = directory.resolve("events.jsonl");
        run("log", "ship", "--once", "--to", "file:" + events);
        Path cursor = files(directory.resolve(".ambit/shipping"), "").getFirst();
        Files.writeString(cursor, Files.readString(cursor).replaceFirst("\"index\":\\d+", "\"index\":3"));
        assertThat(archived("--keep", "1d")).isZero();
        assertThat(parts()).hasSize(3);
    }

    private WitnessServer witness(String name) throws IOException {
        VerifierKey key =
                VerifierKey.ed25519("ambit/test", PublicKeyFile.read(directory.resolve(".ambit/core/core.pub")));
        WitnessServer server = WitnessServer.start(name, key, directory.resolve(name));
        configure(server);
        return server;
    }

    private void configure(WitnessServer server) throws IOException {
        Files.writeString(directory.resolve("ambit.yaml"), "tenant: acme\n" + WitnessServer.yaml(1, server));
    }

    @Test
    void whatAWitnessHasNotCosignedStaysAndWhatItHasIsNotNeededToGoOn() throws IOException {
        log.snapshot();
        log.close();
        try (WitnessServer first = witness("first")) {
            first.answer(403, "not now\n");
            assertThat(run("log", "cosign")).isEqualTo(5);
            assertThat(archived("--keep", "1d")).isZero();
            assertThat(parts()).hasSize(3);
            first.answerHonestly();
            assertThat(run("log", "cosign")).as(shell.err()).isZero();
            assertThat(archived("--keep", "1d")).isZero();
            assertThat(parts()).hasSize(1);
            log.grow(0, 3);
            assertThat(run("log", "cosign")).as(shell.err()).isZero();
            assertThat(run("log", "verify")).as(shell.err()).isZero();
            assertThat(shell.out()).contains("the first 1854 entries cosigned by first");
        }
        // Who has cosigned nothing yet is shown all of it, once.
        try (WitnessServer _ = witness("second")) {
            log.grow(3, 3);
            assertThat(run("log", "cosign")).isEqualTo(5);
            assertThat(shell.err()).contains("second has not cosigned: the log's entries from #0 on were archived");
            assertThat(run("log", "cosign", "--archive", archive.toString()))
                    .as(shell.err())
                    .isZero();
            log.grow(6, 3);
            assertThat(run("log", "cosign")).as(shell.err()).isZero();
            assertThat(shell.out()).contains("second has cosigned the first 1860 entries");
        }
    }

    @Test
    void whatAWitnessThatIsNotAskedYetHasNotCosignedStaysAndWhatIsKeptCanBeCompared() throws IOException {
        log.snapshot();
        log.close();
        try (WitnessServer first = witness("first")) {
            Path kept = directory.resolve(".ambit/cosigned.checkpoint");
            // Nobody has asked it, so nothing is known of it.
            assertThat(archived("--keep", "1d")).as(shell.err()).isZero();
            assertThat(parts()).hasSize(3);
            assertThat(run("log", "cosign")).as(shell.err()).isZero();
            // What it has cosigned is known, and the checkpoint is lost.
            byte[] cosigned = Files.readAllBytes(kept);
            Files.delete(kept);
            assertThat(archived("--keep", "1d")).as(shell.err()).isZero();
            assertThat(parts()).hasSize(3);
            Files.write(kept, cosigned);
            assertThat(archived("--keep", "1d")).as(shell.err()).isZero();
            assertThat(parts()).hasSize(1);
            assertThat(run("log", "verify")).as(shell.err()).isZero();
            assertThat(first.asked()).isPositive();
        }
    }

    @Test
    void anotherLogWithoutItsOldPartsRaisesTheAlarm() throws IOException {
        log.snapshot();
        log.close();
        try (WitnessServer _ = witness("first")) {
            assertThat(run("log", "cosign")).as(shell.err()).isZero();
            assertThat(archived("--keep", "1d")).as(shell.err()).isZero();
            Path copy = Files.createDirectories(directory.resolve("copy"));
            for (Path file : files(log.path(), "")) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
            log.grow(0, 3);
            assertThat(run("log", "cosign")).as(shell.err()).isZero();
            for (Path file : files(copy, "")) {
                Files.copy(
                        file,
                        log.path().resolve(file.getFileName()),
                        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
            Files.delete(directory.resolve(".ambit/cosigned.checkpoint"));
            log.grow(100, 5);
            assertThat(run("log", "cosign")).isEqualTo(1);
            assertThat(shell.err()).contains("knows another log than this one").contains("does not continue them");
        }
    }

    @Test
    void whatWasArchivedIsReadFromThereAndTheRestIsVerifiedWithoutIt() throws IOException {
        log.snapshot();
        assertThat(archived("--keep", "1d")).as(shell.err()).isZero();
        assertThat(shell.err()).contains("archived 2 parts");
        assertThat(parts()).hasSize(1);
        assertThat(files(archive, "entries.")).hasSize(4);

        assertThat(run("log", "verify", "--archive", archive.toString()))
                .as(shell.err())
                .isZero();
        assertThat(shell.out()).contains("the log is intact: 1851 entries");
        assertThat(run("log", "--archive", archive.toString(), "--range", "..3", "--json"))
                .isZero();
        assertThat(shell.out().lines()).hasSize(4);
        assertThat(run("why", "2", "--archive", archive.toString())).isZero();

        assertThat(run("log", "verify")).as(shell.err()).isZero();
        assertThat(shell.out())
                .containsPattern("the log is intact from #1[0-9]{3} on")
                .contains("was archived");
        assertThat(run("log", "-n", "2", "--json")).as(shell.err()).isZero();
        assertThat(shell.out().lines().toList()).hasSize(2);
        assertThat(shell.out().lines().toList().getLast()).startsWith("{\"index\":1850,");
        assertThat(run("why", "2")).isEqualTo(2);
        assertThat(shell.err()).contains("archived").contains("--archive");
    }

    @Test
    void anInterruptedArchivingGoesOnAndABadCopyIsNoticed() throws IOException {
        log.snapshot();
        Path first = parts().getFirst();
        byte[] content = Files.readAllBytes(first);
        assertThat(archived("--keep", "1d")).isZero();
        // As if it had ended between the copy and the removal.
        Files.write(first, content);
        Path second = log.path()
                .resolve(files(archive, "entries.")
                        .get(2)
                        .getFileName()
                        .toString()
                        .replace(".gz", ""));
        Files.write(second, unpacked(files(archive, "entries.").get(2)));
        assertThat(archived("--keep", "1d")).as(shell.err()).isZero();
        assertThat(parts()).hasSize(1);

        Path copy = files(archive, "entries.").getFirst();
        byte[] bytes = Files.readAllBytes(copy);
        bytes[bytes.length / 2] ^= 1;
        Files.write(copy, bytes);
        assertThat(run("log", "verify", "--archive", archive.toString())).isEqualTo(1);
        assertThat(shell.err()).contains("the log is not intact").doesNotContain("Exception");
    }

    private static byte[] unpacked(Path file) throws IOException {
        try (var in = new java.util.zip.GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    @Test
    void theRestIsNotBelievedIfItDoesNotReachTheSnapshot() throws IOException {
        log.snapshot();
        assertThat(archived("--keep", "1d")).isZero();
        log.close();
        Path left = parts().getFirst();
        byte[] bytes = Files.readAllBytes(left);
        bytes[bytes.length / 2] ^= 1;
        Files.write(left, bytes);
        assertThat(run("log", "verify")).isEqualTo(1);
        assertThat(shell.err()).contains("the log is not intact");
    }
}
