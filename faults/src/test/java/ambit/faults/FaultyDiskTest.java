package ambit.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker.Admitted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the log cannot record is not allowed, refusals are answered all the same, and what was acknowledged is there after the repair. */
class FaultyDiskTest {
    private static final int BEFORE = 20;
    private static final int MOST = 2_000;

    @TempDir
    Path place;

    private final Tenant tenant = new Tenant();

    /** A failed sync must stay fatal: the system reports it once, and says yes the next time. */
    @ParameterizedTest
    @CsvSource({"posix/io/sync/*, 1", "posix/io/rw/write, 0.3"})
    void afterAnInputOutputErrorNothingIsAllowedAgain(String calls, double probability) throws Exception {
        assumeTrue(Command.have("fiu-run", "fiu-ctrl"), "faults/setup installs what makes system calls fail");
        String control = place.resolve("fiu").toString();
        Tenant.Charter charter = tenant.grant(MOST, Load.now(), 3_600);
        long acknowledged;
        try (CoreServer core = Session.start(
                        place.resolve("state"), tenant, JavaProgram.Start.by("fiu-run", "-x", "-f", control));
                Session session = new Session(core, tenant)) {
            Admitted context = session.begin(charter, Load.now());
            for (int i = 0; i < BEFORE; i++) {
                assertThat(session.call(context)).isEqualTo("OK");
            }
            String pid = Long.toString(core.pid());
            String fault = "enable_random name=%s,probability=%s,failinfo=5".formatted(calls, probability);
            Command.run("fiu-ctrl", "-f", control, "-c", fault, pid);
            useUp(session, context);
            Command.run("fiu-ctrl", "-f", control, "-c", "disable name=" + calls, pid);
            refusesAndAnswers(session, context);
            acknowledged = session.permits();
        }
        knows(place.resolve("state"), charter, acknowledged);
    }

    /** Calls until the log is gone. */
    private static void useUp(Session session, Admitted context) throws IOException {
        String code = session.call(context);
        for (int i = 0; i < MOST && code.equals("OK"); i++) {
            code = session.call(context);
        }
        assertThat(code).isEqualTo("LOG_UNAVAILABLE");
    }

    private void refusesAndAnswers(Session session, Admitted context) throws IOException {
        long permits = session.permits();
        for (int i = 0; i < BEFORE; i++) {
            assertThat(session.call(context)).isEqualTo("LOG_UNAVAILABLE");
            assertThat(session.callOfNothing(context)).isEqualTo("UNKNOWN_HANDLE");
        }
        assertThat(session.permits()).isEqualTo(permits);
    }

    private void knows(Path state, Tenant.Charter charter, long acknowledged) throws IOException {
        try (CoreServer core = Session.start(state, tenant, JavaProgram.Start.PLAIN);
                Session session = new Session(core, tenant)) {
            Admitted fresh = session.begin(charter, Load.now());
            assertThat(Session.used(charter, fresh)).isBetween(acknowledged, charter.limit());
            assertThat(session.call(fresh)).isEqualTo("OK");
        }
    }

    @Test
    void onAFullDiskNothingIsAllowedAndWithRoomAgainEverythingIsThere() throws Exception {
        assumeTrue(Command.isRoot(), "only root can mount a small file system");
        try (Mount small = Mount.memory("192k", place.resolve("small"))) {
            Path state = Files.createDirectory(small.files.resolve("state"));
            Tenant.Charter charter = tenant.grant(MOST, Load.now(), 3_600);
            long acknowledged;
            try (CoreServer core = Session.start(state, tenant, JavaProgram.Start.PLAIN);
                    Session session = new Session(core, tenant)) {
                Admitted context = session.begin(charter, Load.now());
                useUp(session, context);
                refusesAndAnswers(session, context);
                acknowledged = session.permits();
            }
            assertThatThrownBy(() -> Session.start(state, tenant, JavaProgram.Start.PLAIN))
                    .hasMessageContaining("No space left on device")
                    .hasMessageNotContainingAny("\tat ", "Exception");
            Command.run("mount", "-o", "remount,size=8m", small.files.toString());
            knows(state, charter, acknowledged);
        }
    }

    /** The system shows the last record that the disk has no room for; a start that only read it would go on behind a hole. */
    @Test
    void whatTheDiskCouldNotWriteIsOnItBeforeMoreIsAcknowledged() throws Exception {
        assumeTrue(Command.isRoot(), "only root can mount an image");
        assumeTrue(Command.have("mkfs.ext4", "fstrim"), "faults/setup installs what makes file systems");
        Tenant.Charter charter = tenant.grant(MOST, Load.now(), 3_600);
        try (ThinDisk disk = new ThinDisk(place, ImageDisk.USUAL_MB)) {
            Path state = Files.createDirectory(disk.files.resolve("state"));
            long acknowledged;
            try (CoreServer core = Session.start(state, tenant, JavaProgram.Start.PLAIN);
                    Session session = new Session(core, tenant)) {
                Admitted context = session.begin(charter, Load.now());
                for (int i = 0; i < BEFORE; i++) {
                    assertThat(session.call(context)).isEqualTo("OK");
                }
                disk.fill();
                // More than a page, so that what is appended later does not write all of it again.
                session.ask(new BrokerToCore.LogEvent(context.context(), event(12_000)));
                useUp(session, context);
                refusesAndAnswers(session, context);
                acknowledged = session.permits();
            }
            disk.makeRoom();
            try (CoreServer core = Session.start(state, tenant, JavaProgram.Start.PLAIN);
                    Session session = new Session(core, tenant)) {
                Admitted context = session.begin(charter, Load.now());
                for (int i = 0; i < BEFORE; i++) {
                    assertThat(session.call(context)).isEqualTo("OK");
                }
                try (Mount found = disk.losePower()) {
                    knows(found.files.resolve("state"), charter, acknowledged + BEFORE);
                }
            }
        }
    }

    private static Blob event(int length) {
        return Blob.of(("{\"of\":\"" + "x".repeat(length) + "\"}").getBytes(UTF_8));
    }
}
