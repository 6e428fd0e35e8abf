package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A backup is put back: what was there is there, what was forgotten is not, and what was spent cannot be spent again. */
final class BackupTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual()
            .principal("alice", "probe")
            .principal("bob", "probe")
            .section("""
                    memory:
                      may: [alice, bob]
                      remembers:
                        user/notes: read-write
                    """));

    @Test
    void aBackupBringsBackWhatWasThereButNobodyWhoWasForgottenAndNoGrant() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.ambit("grant", "alice", "probe").exits(0);
        ambit.ambit("memory", "put", "--as", "alice", "user/notes/city", "\"Bern\"")
                .exits(0);
        ambit.ambit("memory", "put", "--as", "bob", "user/notes/city", "\"Basel\"")
                .exits(0);
        Path backup = ambit.root().resolve("kernel.backup");
        assertThat(ambit.ambit("backup", backup.toString()).exits(5).err()).contains("'ambit down' stops it");
        ambit.guest("say(x=1)").exits(0);
        assertThat(ambit.ambit("doctor").exits(0).out())
                .contains("✓ kernel: it is up")
                .doesNotContain("✗");
        ambit.down();
        ambit.ambit("doctor").exits(0);
        ambit.ambit("backup", backup.toString()).exits(0);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rw-------");
        ambit.ambit("restore", "--check", backup.toString()).exits(0);
        // Nothing came after it: it is put back as it is, and grants count.
        assertThat(ambit.ambit("restore", backup.toString()).exits(2).err()).contains("--replace");
        ambit.ambit("restore", "--replace", backup.toString()).exits(0);
        ambit.guest("say(x=1)").exits(0);
        assertThat(ambit.ambit("memory", "get", "--as", "alice", "user/notes/city")
                        .exits(0)
                        .out())
                .contains("Bern");

        ambit.ambit("memory", "forget", "--principal", "bob", "--yes").exits(0);
        ambit.down();
        Path core = ambit.state().resolve("core");
        Path newer = Files.createDirectories(ambit.root().resolve("newer"));
        Files.copy(core.resolve("core.pub"), newer.resolve("core.pub"));
        copyOf(core.resolve("log"), newer.resolve("log"));
        assertThat(ambit.ambit("restore", "--replace", backup.toString())
                        .exits(2)
                        .err())
                .contains("--accept-loss")
                .contains("entries");
        ambit.ambit("restore", "--replace", "--accept-loss", backup.toString()).exits(0);
        assertThat(ambit.ambit("up").exits(0).err()).contains("Every grant is revoked");
        assertThat(ambit.ambit("log", "verify").exits(0).out()).isNotNull();
        assertThat(ambit.log().toString()).contains("restored a backup of");
        assertThat(ambit.guest("say(x=1)").exits(3).err()).contains("REVOKED");
        ambit.ambit("grant", "alice", "memory").exits(0);
        ambit.ambit("grant", "bob", "memory").exits(0);
        assertThat(ambit.ambit("memory", "get", "--as", "alice", "user/notes/city")
                        .exits(0)
                        .out())
                .contains("Bern");
        assertThat(ambit.ambit("memory", "get", "--as", "bob", "user/notes/city")
                        .out())
                .doesNotContain("Basel");
        ambit.down();
        whereTheStateIsLostACopyOfTheLogSaysWhoWasForgotten(ambit, backup, newer.resolve("log"));
    }

    private static void whereTheStateIsLostACopyOfTheLogSaysWhoWasForgotten(Installation ambit, Path backup, Path newer)
            throws Exception {
        Path state = ambit.state();
        Files.move(state, state.resolveSibling("lost"));
        ambit.ambit("restore", "--accept-loss", backup.toString()).exits(0);
        List<String> all = secrets(state);
        Files.move(state, state.resolveSibling("lost-too"));
        ambit.ambit("restore", "--accept-loss", "--forgotten-in", newer.toString(), backup.toString())
                .exits(0);
        assertThat(all).containsAll(secrets(state)).hasSize(secrets(state).size() + 1);
    }

    private static List<String> secrets(Path state) throws IOException {
        try (Stream<Path> found = Files.list(state.resolve("core/memory"))) {
            return found.map(it -> it.getFileName().toString())
                    .filter(it -> it.endsWith(".secret"))
                    .toList();
        }
    }

    private static void copyOf(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> found = Files.list(from)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
