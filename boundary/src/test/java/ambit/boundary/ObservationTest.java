package ambit.boundary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of a guest's boundary from outside, before the guest begins. */
final class ObservationTest {
    private static final Limits LIMITS = Limits.DEFAULT;

    @SuppressWarnings("NullAway.Init")
    private static ProcessBoundary boundary;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path shared;

    @BeforeAll
    static void open() throws BoundaryRefused {
        boundary = ProcessBoundary.open();
    }

    @AfterAll
    static void close() {
        boundary.close();
    }

    private record Seen(Observation observation, long uid, FileSystem planned) {}

    private Seen seen() throws Exception {
        BoundarySpec spec = Guests.shell("true").limits(LIMITS).build();
        AtomicReference<Observation> seen = new AtomicReference<>();
        try (RunningGuest guest = boundary.start(spec, (_, observation) -> seen.set(observation))) {
            return new Seen(seen.get(), guest.uid(), boundary.planned(spec));
        }
    }

    @Test
    void aGuestHasNoCapabilitiesAFilterAndNamespacesOfItsOwn() throws Exception {
        Observation seen = seen().observation();
        assertThat(seen.capabilities()).isEqualTo("0");
        assertThat(seen.noNewPrivileges()).isTrue();
        assertThat(seen.seccomp()).isEqualTo(2);
        assertThat(seen.namespaces()).contains("ipc", "mnt", "net", "pid", "user", "uts");
        assertThat(seen.mounts()).contains(new Observation.Mounted("/tmp", "tmpfs", true));
        assertThat(seen.mounts())
                .filteredOn(mount -> mount.at().equals("/usr"))
                .noneMatch(Observation.Mounted::writable);
    }

    @Test
    void theTestsOwnProcessIsNotTakenForAGuest() throws Exception {
        Observation self = Observation.of(ProcessHandle.current().pid());
        Seen guest = seen();
        assertThatThrownBy(() -> self.require(self.uid(), guest.planned(), LIMITS))
                .isInstanceOf(BoundaryRefused.class);
        assertThatCode(() -> guest.observation().require(guest.uid(), guest.planned(), LIMITS))
                .doesNotThrowAnyException();
    }

    @Test
    void whatIsNotAsPlannedIsRefused() throws Exception {
        Seen guest = seen();
        Observation it = guest.observation();
        Limits more = new Limits(1L << 30, 255, 1024, 256L << 20, 600, LIMITS.wall(), 256L << 20);
        FileSystem further =
                FileSystem.merged(guest.planned().mounts(), List.of(new Mount.Tmpfs(Path.of("/further"), 1 << 20)));
        refused(() -> it.require(guest.uid() + 1, guest.planned(), LIMITS), "uid");
        refused(() -> it.require(guest.uid(), guest.planned(), more), "Max processes");
        refused(() -> it.require(guest.uid(), further, LIMITS), "nothing is mounted at /further");
        refused(() -> with(it, "1", true, 2).require(guest.uid(), guest.planned(), LIMITS), "capabilities");
        refused(() -> with(it, "0", false, 2).require(guest.uid(), guest.planned(), LIMITS), "privileges");
        refused(() -> with(it, "0", true, 0).require(guest.uid(), guest.planned(), LIMITS), "seccomp");
        Observation open = new Observation(
                it.uid(),
                it.gid(),
                "0",
                true,
                2,
                it.namespaces(),
                it.mounts().stream()
                        .map(mount -> new Observation.Mounted(mount.at(), mount.type(), true))
                        .toList(),
                it.limits());
        refused(() -> open.require(guest.uid(), guest.planned(), LIMITS), "can be written to");
        Observation sharing = new Observation(
                it.uid(), it.gid(), "0", true, 2, List.of("mnt", "pid", "user", "uts"), it.mounts(), it.limits());
        refused(() -> sharing.require(guest.uid(), guest.planned(), LIMITS), "namespaces");
    }

    private static Observation with(Observation it, String capabilities, boolean noNewPrivileges, int seccomp) {
        return new Observation(
                it.uid(), it.gid(), capabilities, noNewPrivileges, seccomp, it.namespaces(), it.mounts(), it.limits());
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable act, String words) {
        assertThatThrownBy(act).isInstanceOf(BoundaryRefused.class).hasMessageContaining(words);
    }

    @Test
    void aGuestWhoseBeginningIsRefusedNeverBegins() throws Exception {
        Path began = shared.resolve("began");
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        BoundarySpec spec = Guests.shell("echo yes >/shared/began")
                .mount(new Mount.Writable(shared, Path.of("/shared")))
                .build();
        assertThatThrownBy(() -> boundary.start(spec, (_, _) -> {
                    assertThat(began).doesNotExist();
                    throw new BoundaryRefused("not now", "later");
                }))
                .hasMessageContaining("not now");
        assertThat(began).doesNotExist();
        assertThat(boundary.guestsAlive()).isZero();
        Guests.run(boundary, spec);
        assertThat(began).exists();
    }
}
