package ambit.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ambit.authority.Rate;
import ambit.wire.AdminToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.Denial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A clock that is set back revives nothing and gives no window of a rate again, in a core that runs and in one that starts again. */
class JumpingClockTest {
    private static final long HOUR = 3_600;
    private static final int WINDOW = 60;

    @TempDir
    Path place;

    private final Tenant tenant = new Tenant();

    /** Sets the wall clock of the core so many seconds off; the monotonic one goes on. */
    private JavaProgram.Start clock(long offset) throws IOException {
        assumeTrue(Command.have("faketime"), "faults/setup installs what moves the clock");
        setClock(offset);
        Path library = Path.of("/usr/lib/" + System.getProperty("os.arch").replace("amd64", "x86_64") + "-linux-gnu")
                .resolve("faketime/libfaketimeMT.so.1");
        return JavaProgram.Start.with(Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME_TIMESTAMP_FILE",
                place.resolve("clock").toString(),
                "FAKETIME_NO_CACHE",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1"));
    }

    private void setClock(long offset) throws IOException {
        Path fresh = Files.writeString(place.resolve("clock.new"), (offset < 0 ? "" : "+") + offset + "\n");
        Files.move(
                fresh,
                place.resolve("clock"),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aClockThatIsSetBackRevivesNothingAndGivesNoWindowOfARateAgain() throws Exception {
        Path state = place.resolve("state");
        Tenant.Charter brief = tenant.grant(100, Load.now(), HOUR);
        Tenant.Charter paced = tenant.paced(100, new Rate(3, WINDOW), Load.now(), 10 * HOUR);
        try (CoreServer core = Session.start(state, tenant, clock(0));
                Session session = new Session(core, tenant)) {
            limitsTheRate(session, session.begin(paced, Load.now()));
            setClock(0);
            expires(session, session.begin(brief, Load.now()));
            setClock(2 * HOUR);
            assertThat(code(session.admit(brief, Load.now() + 2 * HOUR))).isEqualTo(Denial.EXPIRED);
            // The log now says, for good, that it was this late once.
            core.administer(new AdminToCore.Checkpoint());
        }
        try (CoreServer core = Session.start(state, tenant, clock(-10 * HOUR));
                Session session = new Session(core, tenant)) {
            for (long now : List.of(Load.now(), Load.now() + 2 * HOUR)) {
                assertThat(code(session.admit(brief, now))).isEqualTo(Denial.EXPIRED);
            }
            Admitted fresh = session.begin(paced, Load.now() + 2 * HOUR);
            assertThat(Session.used(paced, fresh)).isEqualTo(6);
            use(session, fresh, 3);
        }
    }

    private void expires(Session session, Admitted context) throws IOException {
        for (long offset : List.of(-10 * HOUR, 0L)) {
            setClock(offset);
            assertThat(session.call(context)).isEqualTo("OK");
        }
        for (long offset : List.of(2 * HOUR, 0L, -10 * HOUR)) {
            setClock(offset);
            assertThat(session.call(context)).isEqualTo("EXPIRED");
        }
    }

    private void limitsTheRate(Session session, Admitted context) throws IOException {
        use(session, context, 3);
        for (long offset : List.of(-HOUR, 0L, -20L)) {
            setClock(offset);
            use(session, context, 0);
        }
        setClock(2 * WINDOW);
        use(session, context, 3);
        for (long offset : List.of(0L, 2L * WINDOW)) {
            setClock(offset);
            use(session, context, 0);
        }
    }

    private static Denial code(CoreToBroker reply) {
        return reply instanceof Denied denied ? denied.code() : Denial.INTERNAL;
    }

    /** So many calls are allowed, and the next one is not. */
    private static void use(Session session, Admitted context, int allowed) throws IOException {
        for (int i = 0; i < allowed; i++) {
            assertThat(session.call(context)).isEqualTo("OK");
        }
        assertThat(session.call(context)).isEqualTo("RATE_LIMITED");
    }

    /** As after a suspension, or on another machine: what the core keeps does not depend on how long this one is up. */
    @Test
    void aMonotonicClockThatIsTenDaysOffChangesNothing() throws Exception {
        assumeTrue(Command.isRoot(), "only root can make a namespace for time alone");
        Path state = place.resolve("state");
        Tenant.Charter charter = tenant.grant(100, Load.now(), HOUR);
        JavaProgram.Start ahead = JavaProgram.Start.by(
                "unshare", "--time", "--monotonic", "864000", "--boottime", "864000", "--fork", "--kill-child");
        long used = 0;
        for (JavaProgram.Start how : List.of(JavaProgram.Start.PLAIN, ahead, JavaProgram.Start.PLAIN)) {
            try (CoreServer core = Session.start(state, tenant, how);
                    Session session = new Session(core, tenant)) {
                Admitted context = session.begin(charter, Load.now());
                assertThat(Session.used(charter, context)).isEqualTo(used);
                for (; used % 5 < 4; used++) {
                    assertThat(session.call(context)).isEqualTo("OK");
                }
                assertThat(session.call(context)).isEqualTo("OK");
                used++;
            }
        }
    }
}
