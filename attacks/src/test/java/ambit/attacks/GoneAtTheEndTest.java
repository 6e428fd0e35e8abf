package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** When a transaction ends, its processes, files, sockets, keys and conversation are gone. */
@ParameterizedClass
@MethodSource("ambit.attacks.Mode#all")
final class GoneAtTheEndTest {
    @SuppressWarnings("NullAway.Init")
    private static Installation ambit;

    @Parameter
    @SuppressWarnings("NullAway.Init")
    Mode mode;

    @BeforeParameterizedClassInvocation
    static void up(Mode mode) throws Exception {
        ambit = Installation.make(mode);
        ambit.up();
        ambit.guest("tool('exact.echo', text='the grant is there')").exits(0);
    }

    @AfterParameterizedClassInvocation
    static void down() throws Exception {
        ambit.close();
    }

    private static final String STUBBORN = """
            import os, signal, socket, subprocess, sys, time
            for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(s, signal.SIG_IGN)
            tool("exact.remember", value="words")
            spawn("agent.child", "import time; time.sleep(1000)")
            for i in range(5):
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        open(f"/tmp/left-{i}", "w").write("left")
                        time.sleep(1000)
                    os._exit(0)
            subprocess.Popen(["setsid", "nohup", "sleep", "1000"])
            socket.socket(socket.AF_UNIX).bind("/tmp/left.sock")
            while len([f for f in os.listdir("/tmp") if f.startswith("left-")]) < 5:
                time.sleep(0.01)
            print("stubborn", flush=True)
            """;

    /** Everything of the installation: processes, network namespaces, files outside of the log and memory. */
    private static Set<String> everything() throws Exception {
        Set<String> all = new TreeSet<>();
        for (long pid : Host.processesOf(ambit.mark())) {
            all.add("process " + pid);
        }
        List<Path> places = new ArrayList<>(List.of(ambit.state(), ambit.runtime()));
        ambit.traces().stream().filter(Files::exists).forEach(places::add);
        for (Path place : places) {
            try (Stream<Path> files = Files.walk(place)) {
                files.forEach(file -> all.add("file " + file));
            } catch (UncheckedIOException e) {
                // Something went away while one looked; the next look is as good.
            }
        }
        return all;
    }

    private static void assertBackTo(Set<String> before) throws Exception {
        long deadline = System.nanoTime() + Await.PATIENCE.toNanos() / 3;
        Set<String> more = new TreeSet<>();
        do {
            more.clear();
            more.addAll(everything());
            more.removeAll(before);
            more.removeIf(
                    name -> name.startsWith("file ") && name.matches(".*(-wal|-shm|-journal|kernel\\.json\\.new)"));
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        } while (!more.isEmpty() && System.nanoTime() < deadline);
        assertThat(more).as("what was not there before").isEmpty();
    }

    @Test
    void nothingIsLeftOfAGuestThatDoesItsBestToStay() throws Exception {
        Set<String> before = everything();
        try (Running guest = ambit.beginTalk("alice", "probe", STUBBORN + "sys.stdin.readline()")) {
            guest.printed("stubborn");
            Set<String> during = everything();
            during.removeAll(before);
            // The control: while it runs, it is seen.
            assertThat(during).filteredOn(name -> name.startsWith("process ")).hasSizeGreaterThan(6);
            guest.type("end");
            guest.endInput();
            guest.finish().exits(0);
        }
        assertBackTo(before);
    }

    @Test
    void nothingIsLeftOfAGuestWhoseCallerWasKilled() throws Exception {
        Set<String> before = everything();
        try (Running guest = ambit.beginGuest("alice", "probe", STUBBORN + "time.sleep(1000)")) {
            guest.printed("stubborn");
            guest.signal("KILL");
            guest.finish();
        }
        assertBackTo(before);
    }

    @Test
    void aConversationWithAServerEndsWithTheTransaction() throws Exception {
        String program =
                "say(words=text(tool('exact.recall')), kept=tool('exact.remember', value='mine')['ok'], again=text(tool('exact.recall')))";
        for (int i = 0; i < 2; i++) {
            var said = ambit.guest(program).exits(0).said();
            assertThat(said.get("words").asString()).isEqualTo("[]");
            assertThat(said.get("again").asString()).isEqualTo("[\"mine\"]");
        }
    }

    @Test
    void theKernelItselfLeavesNothingWhenItIsStopped() throws Exception {
        ambit.guest("say(x=1)").exits(0);
        ambit.down();
        ambit.assertNothingIsLeft();
        ambit.up();
    }
}
