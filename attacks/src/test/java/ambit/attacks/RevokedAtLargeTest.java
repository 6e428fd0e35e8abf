package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Revoking what one cannot list: all that a key was ever granted, and all grants there are. */
final class RevokedAtLargeTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.usual();

    @Test
    void aPrincipalsKeyAndAllGrantsSoFarCanBeRevoked() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.ambit("grant", "alice", "probe").exits(0);
        ambit.guest("say(x=1)").exits(0);
        ambit.guest("bob", "probe", "say(x=1)").exits(0);
        assertThat(ambit.ambit("revoke", "--all", "--why", "a test").exits(0).err())
                .contains("every grant before generation");
        assertThat(ambit.guest("say(x=1)").exits(3).err()).contains("REVOKED");
        assertThat(ambit.guest("bob", "probe", "say(x=1)").exits(3).err()).contains("REVOKED");
        ambit.ambit("grant", "alice", "probe").exits(0);
        ambit.ambit("grant", "bob", "probe").exits(0);
        ambit.guest("say(x=1)").exits(0);
        ambit.guest("bob", "probe", "say(x=1)").exits(0);
        ambit.ambit("revoke", "--key-of", "bob").exits(0);
        ambit.ambit("grant", "bob", "probe").exits(0);
        assertThat(ambit.guest("bob", "probe", "say(x=1)").exits(3).err()).contains("REVOKED");
        ambit.guest("say(x=1)").exits(0);
    }
}
