package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the disk is full nothing is allowed that cannot be recorded; with room again everything goes on. */
final class FullDiskTest {
    @Test
    void aLogThatCannotBeWrittenAllowsNothingAndRecoversWithRoom() throws Exception {
        assumeTrue(Host.isRoot(), "only root can mount a small file system");
        try (Installation ambit = Installation.make(Mode.ROOT)) {
            ambit.up();
            ambit.guest("write('user/notes/kept', 1); tool('exact.effect', name='before')")
                    .exits(0);
            ambit.down();
            Path state = ambit.state();
            Path aside = state.resolveSibling("aside");
            run("mv", state.toString(), aside.toString());
            run("mkdir", "-m", "700", state.toString());
            run("mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "small", state.toString());
            try {
                run("cp", "-a", aside + "/.", state.toString());
                ambit.up();
                run("sh", "-c", "dd if=/dev/zero of=" + state + "/filler bs=4k 2>/dev/null || true");
                Outcome full = ambit.guest("""
                        say(codes=[tool("exact.effect", name="full").get("code", "OK") for _ in range(200)],
                            logs=[log({"filler": "x" * 8000}).get("code", "OK") for _ in range(50)])
                        """);
                long effects = ambit.effects("full");
                if (full.exit() == 0) {
                    assertThat(full.said().toString()).contains("LOG_UNAVAILABLE");
                } else {
                    BadInputTest.assertClear(full);
                }
                run("rm", "-f", state + "/filler");
                ambit.ambit("down");
                ambit.up();
                assertThat(ambit.ambit("log", "verify").exits(0).out()).contains("intact");
                long logged = ambit.log().stream()
                        .filter(entry -> entry.get("kind").asString().equals("allowed")
                                && entry.get("capability").asString().equals("exact.effect"))
                        .count();
                assertThat(effects + 1).isLessThanOrEqualTo(logged);
                assertThat(ambit.guest("say(kept=read('user/notes/kept')['value'])")
                                .exits(0)
                                .said()
                                .get("kept")
                                .asInt())
                        .isEqualTo(1);
                ambit.down();
            } finally {
                ambit.ambit("down");
                run("umount", state.toString());
            }
        }
    }

    private static void run(String... command) throws Exception {
        Running.start(List.of(command)).finish().exits(0);
    }
}
