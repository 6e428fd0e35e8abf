package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The core derives what bodies are sealed under, says in the log who was given it, and records what was shredded. */
class BodyKeysTest {
    @TempDir
    private Path directory;

    private World world;

    @BeforeEach
    void begin() {
        world = new World(directory);
    }

    @AfterEach
    void end() {
        world.close();
    }

    private Admitted begun() {
        return world.begin(World.tool("files.read", -1, true));
    }

    private CoreToDriver.MapContext map() {
        return world.drivers.told(CoreToDriver.MapContext.class).getLast();
    }

    @Test
    void eachTransactionHasItsOwnKeyWhichIsTheSameAfterARestartAndNoneOfItsMemory() {
        Admitted first = begun();
        CoreToDriver.MapContext told = map();
        assertThat(told.transaction()).isEqualTo(first.transaction());
        assertThat(told.tenant()).isEqualTo(World.TENANT);
        assertThat(told.agent()).isEqualTo(first.agent());
        assertThat(told.entries()).extracting(CoreToDriver.MapEntry::dataKey).doesNotContain(told.bodyKey());
        begun();
        assertThat(map().bodyKey()).isNotEqualTo(told.bodyKey());
        world.restart();
        assertThat(world.admin(new AdminToCore.ReadBody(World.TENANT, first.transaction(), Blob.EMPTY, "root")))
                .isInstanceOfSatisfying(
                        CoreToAdmin.BodyKey.class,
                        answer -> assertThat(answer.key()).isEqualTo(told.bodyKey()));
    }

    @Test
    void theLogSaysWhoWasGivenAKeyAndAnotherTenantHasAnotherOne() {
        Admitted context = begun();
        Blob digest = Blob.EMPTY.sha256();
        CoreToAdmin answer =
                world.admin(new AdminToCore.ReadBody(World.TENANT, context.transaction(), digest, "root for alice"));
        assertThat(answer).isInstanceOf(CoreToAdmin.BodyKey.class);
        assertThat(world.log().get((int) ((CoreToAdmin.BodyKey) answer).logIndex()))
                .isEqualTo(new Entry.BodyRead(world.now, context.transaction(), digest, "root for alice"));
        Blob key = ((CoreToAdmin.BodyKey) answer).key();
        assertThat(key).isEqualTo(map().bodyKey());
        CoreToAdmin other = world.admin(new AdminToCore.ReadBody("other", context.transaction(), Blob.EMPTY, "root"));
        assertThat(other).isInstanceOf(CoreToAdmin.Denied.class);
        assertThat(answer.toString()).doesNotContain(map().bodyKey().toHex());
        assertThat(map().toString()).doesNotContain(map().bodyKey().toHex());
    }

    @Test
    void whatDriversShredIsRecordedAndTheLogStaysIntact() {
        CoreToDriver answer = world.core.shredded(new DriverToCore.Shredded("t", 3, "asked"));
        assertThat(answer).isInstanceOf(CoreToDriver.Recorded.class);
        assertThat(world.log().getLast()).isEqualTo(new Entry.Shredded(world.now, "t", 3, "asked"));
        world.restart();
        assertThat(world.log()).contains(new Entry.Shredded(world.now, "t", 3, "asked"));
    }
}
