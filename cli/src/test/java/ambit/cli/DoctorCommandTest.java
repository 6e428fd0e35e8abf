package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is broken on purpose is what is found, each with how to mend it; nothing else is. */
final class DoctorCommandTest {
    /** Nobody has seen the log that a test writes itself. */
    private static final String UNSEEN =
            "✗ checkpoint: none is kept outside the state; 'ambit up' and 'ambit down' keep one";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @BeforeEach
    void aProjectWithALog() throws IOException {
        new TestLog(directory).close();
        for (String name : new String[] {".ambit", ".ambit/core"}) {
            Files.setPosixFilePermissions(directory.resolve(name), PosixFilePermissions.fromString("rwx------"));
        }
    }

    private List<String> broken() {
        Shell shell = new Shell(directory);
        assertThat(shell.run("doctor")).as(shell.err()).isEqualTo(1);
        return shell.out().lines().filter(it -> !it.startsWith("✓")).toList();
    }

    @Test
    void ofAWholeProjectEverythingElseIsGood() {
        assertThat(broken()).containsExactly(UNSEEN);
        Shell shell = new Shell(directory);
        shell.run("doctor", "--json");
        assertThat(shell.out()).startsWith("{\"good\":false,\"checks\":[{\"check\":\"boundary\",\"good\":true");
    }

    @Test
    void aKeyThatOthersCanReadIsFound() throws IOException {
        Path key = directory.resolve(".ambit/keys/tenant.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(broken()).hasSize(2).first().asString().contains("✗ rights: ", "tenant.key", "; chmod go= ");
    }

    @Test
    void aLogThatWasChangedIsFound() throws IOException {
        Path entries = directory.resolve(".ambit/core/log/entries");
        byte[] bytes = Files.readAllBytes(entries);
        bytes[bytes.length / 2] ^= 1;
        Files.write(entries, bytes);
        assertThat(broken()).singleElement().asString().contains("✗ log: it does not verify", "back-up.md");
    }

    @Test
    void aFileThatIsWrongAndARestoreThatWasBrokenOffAreFound() throws IOException {
        Files.writeString(directory.resolve("ambit.yaml"), "\nnonsense: 1\n", StandardOpenOption.APPEND);
        Files.createDirectories(directory.resolve(".ambit/restoring/in"));
        assertThat(broken())
                .anySatisfy(it -> assertThat(it).contains("✗ configuration: ", "nonsense"))
                .anySatisfy(it -> assertThat(it).contains("✗ state: ", "'ambit restore --finish'"));
    }
}
