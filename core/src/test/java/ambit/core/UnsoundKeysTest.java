package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Grant;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys under which anybody could sign never enter the core: not as a tenant's, not as a principal's. */
class UnsoundKeysTest {
    @TempDir
    Path directory;

    /** The points of order 1, 2, 4 and 8, a second spelling of the first and the third, and no point at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "0200000000000000000000000000000000000000000000000000000000000000"
            })
    void noSuchKeyIsRegisteredAndNoGrantNamesOne(String hex) {
        Blob key = Blob.fromHex(hex);
        try (Scene scene = new Scene(directory.resolve("log"))) {
            int before = scene.world.log().size();
            Object registered = scene.world.admin(new AdminToCore.Register("other", key));
            assertThat(Scene.outcome(registered)).isEqualTo("MALFORMED");
            assertThat(scene.world.log()).hasSize(before);
            Grant grant = held(scene, key);
            assertThat(Scene.outcome(scene.ask(scene.sign(grant)))).isEqualTo("MALFORMED");
        }
    }

    /** The control: so made, a grant for a sound key begins a transaction. */
    @Test
    void aGrantForASoundKeyBegins() {
        try (Scene scene = new Scene(directory.resolve("log"))) {
            Grant grant = held(scene, scene.world.alice.publicKey());
            assertThat(Scene.outcome(scene.ask(scene.sign(grant)))).isEqualTo("accepted");
        }
    }

    private static Grant held(Scene scene, Blob holder) {
        Grant plain = scene.grant(World.tool("files.read", -1, true));
        return new Grant(
                plain.tenant(),
                plain.id(),
                holder,
                plain.notBefore(),
                plain.expires(),
                plain.depth(),
                plain.agent(),
                plain.caps(),
                plain.memory());
    }
}
