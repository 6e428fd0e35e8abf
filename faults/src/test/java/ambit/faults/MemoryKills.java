package ambit.faults;

import ambit.faults.MemoryKernel.Victim;
import ambit.faults.Store.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Transactions commit while the core, the drivers, whoever is in the broker's place, or memory's server is killed, and starts again. */
final class MemoryKills {

    /** How long it takes at most until a commit that was underway has reached the server, or has not. */
    private static final int SETTLE_MS = 150;

    private final Path directory;
    private final Engine engine;
    private final JavaProgram.Start drivers;
    private final Random random;
    private final int kills;
    private final Tally tally = new Tally();
    private final Commits.Account account = new Commits.Account();

    MemoryKills(Path directory, Engine engine, JavaProgram.Start drivers, long seed, int kills) {
        this.directory = directory;
        this.engine = engine;
        this.drivers = drivers;
        this.random = new Random(seed);
        this.kills = kills;
    }

    /** Looks after each kill, and in the end at all that was ever written. */
    Tally run() throws IOException, InterruptedException {
        List<Victim> victims = new ArrayList<>(List.of(Victim.values()));
        if (engine == Engine.SQLITE) {
            victims.remove(Victim.SERVER);
        }
        try (MemoryKernel kernel = new MemoryKernel(directory, engine, drivers)) {
            kernel.administer(account.tenant.register());
            for (int kill = 0; kill < kills; kill++) {
                Victim victim = victims.get((kill + 1) % victims.size());
                kill(kernel, victim);
                look(kernel, "kill " + kill + " of " + victim, kill == kills - 1);
            }
        }
        tally.committed(account.told());
        return tally;
    }

    private void kill(MemoryKernel kernel, Victim victim) throws IOException, InterruptedException {
        List<String> refusals = new ArrayList<>();
        Commits load = new Commits(account, kernel, random.nextLong());
        try (Commits commits = load) {
            commits.await(random);
            if (victim == Victim.BROKER) {
                commits.hangUp();
            } else {
                kernel.kill(victim);
                TimeUnit.MILLISECONDS.sleep(random.nextInt(SETTLE_MS));
            }
            refusals.addAll(commits.refusals());
        }
        tally.refused(refusals);
        kernel.revive(victim != Victim.BROKER && load.lostKernel());
    }

    private void look(MemoryKernel kernel, String name, boolean all) throws IOException {
        kernel.awaitQuiet();
        Inspection inspection = Inspection.now(account, random.nextLong());
        tally.looked(name, inspection, inspection.look(kernel, all));
    }
}
