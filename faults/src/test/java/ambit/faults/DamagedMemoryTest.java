package ambit.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory's disk fills up or fails in the middle of commits: that is said, nothing is lost, and with room again it goes on. */
@ParameterizedClass
@EnumSource
@EnabledIfSystemProperty(
        named = "crash.memory",
        matches = "true",
        disabledReason = "part of scripts/crash-images --memory")
class DamagedMemoryTest {
    private static final int BEFORE = 40;
    private static final int REFUSED = 12;
    private static final int PATIENCE_SECONDS = 240;
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime() & 0xffff_ffffL);

    @Parameter
    Store.Engine engine;

    @TempDir
    Path place;

    private final Commits.Account account = new Commits.Account();
    private boolean lost;

    @BeforeEach
    void canMount() throws Exception {
        assumeTrue(engine.isWanted(), "another store was asked for");
        assumeTrue(Command.isRoot(), "only root can mount an image");
        assumeTrue(Command.have("mkfs.ext4", "mkfs.xfs", "fstrim"), "faults/setup installs what makes file systems");
    }

    private MemoryKernel kernel(Path files) throws IOException {
        return new MemoryKernel(place.resolve("state"), files.resolve("memory"), engine, JavaProgram.Start.PLAIN);
    }

    @Test
    void commitsOnAFullDiskAreRefusedInASentenceAndGoOnWithRoom() throws Exception {
        try (ImageDisk disk = new ImageDisk(place.resolve("disk"), engine.megabytes());
                MemoryKernel kernel = kernel(disk.files)) {
            kernel.administer(account.tenant.register());
            Path filler = disk.files.resolve("filler");
            Set<String> said = underLoad(kernel, () -> fill(filler));
            assertThat(said)
                    .as("what was said")
                    .anyMatch(it -> it.contains("is full"))
                    .noneMatch(it -> it.contains("xception"));
            Files.delete(filler);
            goesOn(kernel, "full disk", said);
        }
    }

    /** A commit whose sync failed stands whole in the log of the database: whoever starts next must not find it there. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void commitsThatTheDiskCannotSyncAreNotThereAgainLater(boolean killed) throws Exception {
        try (ThinDisk disk = new ThinDisk(place.resolve("disk"), engine.megabytes());
                MemoryKernel kernel = kernel(disk.files)) {
            kernel.administer(account.tenant.register());
            Set<String> said = underLoad(kernel, disk::fill);
            assertThat(said).as("what was said").isNotEmpty().noneMatch(it -> it.contains("xception"));
            if (killed) {
                kernel.kill(MemoryKernel.Victim.DRIVERS);
            }
            disk.makeRoom();
            // A server that could not sync starts again by itself, sooner or later.
            kernel.kill(MemoryKernel.Victim.SERVER);
            goesOn(kernel, "failing disk", said);
        }
    }

    @Test
    void damagedPagesAreSaidToBeAndWithTheFilesOfABackupEverythingIsThere() throws Exception {
        try (MemoryKernel kernel = kernel(place)) {
            kernel.administer(account.tenant.register());
            commit(kernel);
            Store.Table table = kernel.store().table(kernel.memoryFile());
            Path backup = backUp(kernel);
            int pages = Damage.to(table, SEED);
            Damage.Answers answers = startAgain(kernel).answers(kernel, account);
            System.out.println(
                    "lossless memory, %s, %d damaged pages, seed %d: %s".formatted(engine, pages, SEED, answers));
            assertThat(answers.wrong()).isEmpty();
            assertThat(answers.sentences())
                    .isNotEmpty()
                    .allMatch(it -> it.contains("damaged: stop the kernel and restore"))
                    .noneMatch(it -> it.contains("xception"));
            restore(kernel, backup);
        }
    }

    @Test
    void memoryOfAnotherKeyIsSaidToBeAndWithItsOwnEverythingIsThere() throws Exception {
        try (MemoryKernel kernel = kernel(place)) {
            kernel.administer(account.tenant.register());
            commit(kernel);
            Path backup = backUp(kernel);
            startAgain(kernel);
            Damage.toKeys(kernel);
            kernel.kill(MemoryKernel.Victim.DRIVERS);
            kernel.revive(false);
            Damage.Answers answers = new Damage().answers(kernel, account);
            System.out.println("lossless memory, " + engine + ", another key: " + answers);
            assertThat(answers.right()).isZero();
            assertThat(answers.wrong()).isEmpty();
            assertThat(answers.sentences())
                    .singleElement()
                    .asString()
                    .contains("restore memory and its directory from one backup");
            restore(kernel, backup);
        }
    }

    /** A copy of memory while nobody has it open. */
    private Path backUp(MemoryKernel kernel) throws IOException {
        kernel.stopMemory();
        Path backup = place.resolve("backup");
        Command.run("cp", "-a", kernel.memoryFile().getParent().toString(), backup.toString());
        return backup;
    }

    private static Damage startAgain(MemoryKernel kernel) throws IOException {
        kernel.restoreStore();
        kernel.revive(false);
        return new Damage();
    }

    private void restore(MemoryKernel kernel, Path backup) throws IOException {
        kernel.stopMemory();
        Command.remove(kernel.memoryFile().getParent());
        Command.run(
                "cp", "-a", backup.toString(), kernel.memoryFile().getParent().toString());
        startAgain(kernel);
        assertThat(Inspection.now(account, SEED).look(kernel, true)).isEmpty();
    }

    private static void fill(Path filler) throws IOException {
        for (int size = 1 << 20; size >= 1; size /= 4) {
            byte[] bytes = new byte[size];
            try (OutputStream out = Files.newOutputStream(
                    filler, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND)) {
                while (true) {
                    out.write(bytes);
                }
            } catch (IOException e) {
                // So much does not fit any more, but perhaps less.
            }
        }
    }

    /** Something that happens to the disk. */
    @FunctionalInterface
    private interface Fault {
        void strike() throws IOException;
    }

    private void commit(MemoryKernel kernel) throws IOException, InterruptedException {
        try (Commits commits = new Commits(account, kernel, SEED)) {
            commits.awaitTold(BEFORE);
        }
        kernel.awaitQuiet();
    }

    /** Commits go on until the fault is noticed; answers all that callers were told. */
    private Set<String> underLoad(MemoryKernel kernel, Fault fault) throws IOException, InterruptedException {
        Set<String> said = new TreeSet<>();
        Commits load = new Commits(account, kernel, SEED);
        try (Commits commits = load) {
            commits.awaitTold(BEFORE);
            assertThat(commits.refusals()).isEmpty();
            fault.strike();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (commits.refusals().size() < REFUSED && kernel.driversLive() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            said.addAll(commits.refusals());
        }
        lost = load.lostKernel();
        return said;
    }

    /** Whatever ended is started again, as the supervisor and the server's operator do. */
    private void goesOn(MemoryKernel kernel, String name, Set<String> said) throws IOException, InterruptedException {
        System.out.println("lossless memory, " + engine + ", " + name + ", seed " + SEED + ": " + said);
        kernel.restoreStore();
        kernel.revive(lost);
        long told = account.told();
        try (Commits commits = new Commits(account, kernel, SEED + 1)) {
            commits.awaitTold(BEFORE);
            assertThat(account.told()).as("refused: %s", commits.refusals()).isGreaterThanOrEqualTo(told + BEFORE);
        }
        kernel.awaitQuiet();
        List<String> flaws = new ArrayList<>(Inspection.now(account, SEED).look(kernel, true));
        System.out.println("lossless memory, " + engine + ", " + name + ": " + account.told() + " commits told, "
                + flaws.size() + " flaws, drivers ended: " + lost);
        assertThat(flaws).isEmpty();
    }
}
