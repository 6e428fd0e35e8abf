package ambit.boundary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a guest can see and write. */
final class GuestViewTest {
    @SuppressWarnings("NullAway.Init")
    private static ProcessBoundary boundary;

    @BeforeAll
    static void open() throws BoundaryRefused {
        boundary = ProcessBoundary.open();
    }

    @AfterAll
    static void close() {
        boundary.close();
    }

    @Test
    void aGuestSeesNothingOfTheHostBesidesTheRuntime() throws Exception {
        String out = Guests.run(
                        boundary,
                        Guests.shell("ls -A /; ls -A /home /tmp /home/agent; ls /root /var /work /sys")
                                .build())
                .out();
        assertThat(out.lines().filter(line -> !line.isBlank() && !line.endsWith(":")))
                .isSubsetOf(
                        "bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "dev", "proc", "tmp", "home",
                        "agent");
    }

    @Test
    void theEnvironmentIsWhatWasGivenAndTheFirstProcessHoldsNothingOfTheLaunchers() throws Exception {
        Path canary = Path.of(System.getProperty("user.dir"));
        Guests.Outcome outcome = Guests.run(
                boundary,
                Guests.shell("env | sort; echo --; cat /proc/1/environ; cat /proc/1/cmdline; readlink /proc/1/cwd")
                        .environment("GIVEN", "a b")
                        .build());
        String[] halves = outcome.out().split("--\n", 2);
        assertThat(halves[0]).contains("GIVEN=a b").contains("HOME=/home/agent").doesNotContain("JAVA");
        assertThat(halves[0]
                        .lines()
                        .filter(line -> line.contains("="))
                        .map(line -> line.substring(0, line.indexOf('='))))
                .containsExactlyInAnyOrder("GIVEN", "HOME", "LANG", "LOGNAME", "PATH", "PWD", "TMPDIR", "USER");
        assertThat(halves[1])
                .doesNotContain("GIVEN")
                .doesNotContain(canary.toString())
                .doesNotContain("HOME=");
    }

    @Test
    void onlyHomeTmpAndShmAreWritable() throws Exception {
        String out = Guests.run(
                        boundary,
                        Guests.shell(
                                        "for d in / /etc /dev /usr /usr/bin /proc/sys/kernel /home; do"
                                                + " touch $d/x 2>/dev/null && echo writable $d; done;"
                                                + " for d in /tmp /home/agent /dev/shm; do touch $d/x && echo ok $d; done;"
                                                + " (echo x > /proc/sys/kernel/core_pattern) 2>/dev/null && echo core_pattern;"
                                                + " (echo x > /proc/sys/net/ipv4/ip_unprivileged_port_start) 2>/dev/null && echo ports")
                                .build())
                .out();
        assertThat(out.lines()).containsExactly("ok /tmp", "ok /home/agent", "ok /dev/shm");
    }

    @Test
    void mountsAppearWhereTheyWereAskedFor(@TempDir Path directory) throws Exception {
        Path readable = Files.writeString(directory.resolve("readable"), "from the host");
        Files.setAttribute(directory, "unix:mode", 0755);
        Guests.Outcome outcome = Guests.run(
                boundary,
                Guests.shell("cat /data/readable /opt/text /link; touch /data/new; pwd; hostname")
                        .mount(new Mount.ReadOnly(directory, Path.of("/data")))
                        .mount(new Mount.FileContent(Path.of("/opt/text"), " content".getBytes(StandardCharsets.UTF_8)))
                        .mount(new Mount.Symlink("/opt/text", Path.of("/link")))
                        .workdir(Path.of("/data"))
                        .hostname("elsewhere")
                        .build());
        assertThat(outcome.out()).isEqualTo("from the host content content/data\nelsewhere\n");
        assertThat(outcome.err()).contains("Read-only file system");
        assertThat(readable).hasContent("from the host");
        assertThat(directory.resolve("new")).doesNotExist();
    }

    @Test
    void aMountBelowFilesOfTheHostIsRefused(@TempDir Path directory) {
        assertThatThrownBy(() -> boundary.start(Guests.shell("true")
                        .mount(new Mount.ReadOnly(directory, Path.of("/usr/share/planted")))
                        .build()))
                .isInstanceOf(BoundaryRefused.class)
                .hasMessageContaining("below /usr");
        assertThatThrownBy(() -> Guests.shell("true")
                        .mount(new Mount.Writable(directory, Path.of("/data")))
                        .mount(new Mount.ReadOnly(directory, Path.of("/data/inner")))
                        .build())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMissingSourceOrAHigherFloorIsRefusedAndNothingRuns() {
        assertThatThrownBy(() -> boundary.start(Guests.shell("true")
                        .mount(new Mount.ReadOnly(Path.of("/nowhere/at/all"), Path.of("/data")))
                        .build()))
                .isInstanceOf(BoundaryRefused.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> boundary.start(
                        Guests.shell("true").demand(Demand.parse("gvisor")).build()))
                .isInstanceOf(BoundaryRefused.class)
                .hasMessageContaining("gvisor");
    }

    @Test
    void aGuestHasNoCapabilitiesAndNoOpenFilesBesidesItsStreams() throws Exception {
        String out = Guests.run(
                        boundary,
                        Guests.shell("cat /proc/self/status; ls /proc/self/fd | wc -l; unshare -U true && echo userns")
                                .build())
                .out();
        assertThat(out)
                .containsPattern("CapPrm:\\s+0{16}")
                .containsPattern("CapBnd:\\s+0{16}")
                .containsPattern("NoNewPrivs:\\s+1")
                .containsPattern("Seccomp:\\s+2")
                .doesNotContain("userns");
        // Three streams and the directory that ls itself has open.
        assertThat(out.lines().toList()).contains("4");
    }

    @Test
    void theRuntimesThatAgentsUseStart() throws Exception {
        Limits limits = new Limits(1L << 30, 128, 4096, 64L << 20, 60, java.time.Duration.ofMinutes(2), 64L << 20);
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<List<String>> commands = List.of(
                List.of(
                        "/usr/bin/python3",
                        "-c",
                        "import ssl, sqlite3, threading, multiprocessing as m;"
                                + "p = m.Process(target=print, args=('ran',)); p.start(); p.join()"),
                List.of(
                        "/usr/bin/node",
                        "-e",
                        "const w = require('worker_threads');"
                                + "require('child_process').execSync('true'); console.log('ran')"),
                List.of(
                        "/bin/sh",
                        "-c",
                        "git init -q /tmp/r && cd /tmp/r && git -c user.name=a -c user.email=a@b"
                                + " commit -q --allow-empty -m ran && git log --format=%s"),
                List.of(java.toString(), "-Xmx64m", "-version"));
        for (List<String> command : commands) {
            Guests.Outcome outcome =
                    Guests.run(boundary, BoundarySpec.of(command).limits(limits).build());
            assertThat(outcome.exit()).as("%s: %s", command, outcome.err()).isEqualTo(new Exit(Exit.How.EXITED, 0));
            assertThat(outcome.out() + outcome.err()).containsAnyOf("ran", "Runtime Environment");
        }
    }
}
