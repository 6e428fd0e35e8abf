package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Permit;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.End;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of entries that a snapshot has in place of all. */
class HistoryTest {
    @TempDir
    Path directory;

    private static History of(List<byte[]> entries) {
        History history = new History();
        entries.forEach(entry -> history.entry(-1, entry));
        return history;
    }

    private static Set<Blob> sum(History history) {
        Set<Blob> sum = new HashSet<>();
        history.sum().forEach(entry -> sum.add(Blob.of(entry)));
        return sum;
    }

    @Test
    void ofWhatHasEndedOnlyTheGrantsCountsAreKept() {
        try (World world = new World(directory)) {
            Blob grant = world.signed(world.grant(World.tool("files.read", 9, true), World.child("helper", 2)));
            Admitted parent = (Admitted) world.admit(grant);
            Admitted child = (Admitted) world.spawn(parent, 1, Blob.EMPTY);
            world.call(parent);
            Permit late = World.permit(world.call(child, World.handle(child, 0), "{\"path\":\"/repo\"}"));
            assertThat(counted(world)).hasSize(3);
            world.end(child, End.SUCCESS);
            assertThat(counted(world)).hasSize(2);
            world.end(parent, End.AGENT_FAILED);
            assertThat(counted(world)).containsExactly(grant.sha256());
            world.outcome(world.receipt(late));
            assertThat(counted(world)).containsExactly(grant.sha256());
        }
    }

    /** The blocks that something was taken from. */
    private static Set<Blob> counted(World world) {
        History all = new History();
        world.log().forEach(all::apply);
        Set<Blob> counted = new HashSet<>();
        for (byte[] entry : all.sum()) {
            if (Entry.decode(entry) instanceof Entry.Outcome it) {
                it.settled().forEach(debit -> counted.add(debit.block()));
            }
        }
        return counted;
    }

    @Test
    void addsUpToTheSameAfterEveryEntryOfALog() {
        try (World world = new World(directory)) {
            Admitted parent = world.begin(World.tool("files.write", 3, false), World.child("helper", 2));
            Admitted child = (Admitted) world.spawn(parent, 1, Blob.EMPTY);
            world.call(parent);
            world.end(child, End.AGENT_FAILED);
            world.end(world.begin(), End.SUCCESS);
            world.revoke(world.alice.publicKey(), world.root);
            History all = new History();
            for (Entry entry : world.log()) {
                all.apply(entry);
                History again = of(all.sum());
                assertThat(sum(again)).isEqualTo(sum(all));
                assertThat(again.open()).isEqualTo(all.open());
                assertThat(again.epoch()).isEqualTo(all.epoch());
                assertThat(again.lastMs()).isEqualTo(all.lastMs());
                assertThat(again.seen(parent.transaction())).isEqualTo(all.seen(parent.transaction()));
            }
            assertThat(all.open()).isNotEmpty();
            assertThat(all.epoch()).isEqualTo(1);
        }
    }
}
