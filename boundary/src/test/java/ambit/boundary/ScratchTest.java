package ambit.boundary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchTest {
    @TempDir
    private Path temporary;

    /** What a process that was killed leaves: nobody holds the lock any more. */
    private Path left(String name) throws IOException {
        Path root = Files.createDirectory(temporary.resolve(name));
        Files.createFile(root.resolve("lock"));
        Path start = Files.createDirectory(root.resolve("g1"));
        Files.writeString(start.resolve("status"), "{}");
        Files.createDirectories(start.resolve("view/0"));
        Files.createDirectories(root.resolve("etc2/java"));
        Files.writeString(root.resolve("etc2/java/security"), "x");
        return root;
    }

    @Test
    void whatAKilledProcessLeftIsSweptAway() throws IOException {
        Path root = left("ambit-boundary-1");
        Scratch.sweep(temporary);
        assertThat(root).doesNotExist();
    }

    @Test
    void whatALivingProcessHoldsStays() throws Exception {
        Path root = left("ambit-boundary-2");
        Process holder = new ProcessBuilder(
                        "/usr/bin/python3",
                        "-c",
                        "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.lockf(f, fcntl.LOCK_EX);"
                                + " print('held', flush=True); sys.stdin.read()",
                        root.resolve("lock").toString())
                .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("held");
            Scratch.sweep(temporary);
            assertThat(root.resolve("g1/status")).exists();
        } finally {
            holder.destroyForcibly().waitFor();
        }
        Scratch.sweep(temporary);
        assertThat(root).doesNotExist();
    }

    @Test
    void aLinkIsNotFollowedAndOtherFilesAreNotTouched() throws IOException {
        Path precious = Files.createDirectories(temporary.resolve("precious/g1"));
        Files.createFile(temporary.resolve("precious/lock"));
        Files.writeString(precious.resolve("work"), "x");
        Files.createSymbolicLink(temporary.resolve("ambit-boundary-3"), temporary.resolve("precious"));
        Path fresh = Files.createDirectories(temporary.resolve("ambit-boundary-4/g1"));
        Scratch.sweep(temporary);
        assertThat(precious.resolve("work")).exists();
        assertThat(fresh).as("it has no lock yet: it is just being made").exists();
    }

    @Test
    void theRootsOfThisProcessStayUntilTheyAreDeleted() throws IOException {
        Path root = Scratch.root();
        Scratch.sweep(Path.of(System.getProperty("java.io.tmpdir")));
        assertThat(root.resolve("lock")).exists();
        Scratch.deleteRoot(root);
        assertThat(root).doesNotExist();
    }
}
