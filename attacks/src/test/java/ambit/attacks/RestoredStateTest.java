package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Somebody puts back a copy of the kernel's state from before a revocation. */
final class RestoredStateTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.usual();

    @Test
    void anOlderCopyOfTheCoresStateIsNoticedAndRefused() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.ambit("grant", "alice", "probe").exits(0);
        ambit.guest("say(x=1)").exits(0);
        ambit.down();
        Path core = ambit.state().resolve("core");
        Path copy = ambit.root().resolve("copy-of-core");
        run("cp", "-a", core.toString(), copy.toString());
        ambit.up();
        ambit.ambit("revoke", "--all").exits(0);
        ambit.down();
        run("rm", "-rf", core.toString());
        run("cp", "-a", copy.toString(), core.toString());
        Outcome refused = ambit.ambit("up");
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.err()).contains("older").doesNotContain("Exception");
        // The control: what was seen is all that stands between the old copy and the revoked grant.
        Path seen = seen(refused);
        run("mv", seen.toString(), seen + ".kept");
        ambit.up();
        ambit.down();
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** What this machine saw last of the kernel's log, as the refusal names it. */
    private static Path seen(Outcome refused) {
        Matcher named = Pattern.compile("remove (/\\S+\\.checkpoint)").matcher(refused.err());
        assertThat(named.find()).as(refused.err()).isTrue();
        return Path.of(named.group(1));
    }
}
