package ambit.faults;

import ambit.faults.Store.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a machine finds of its memory that loses its power: transactions commit on a disk that is copied at random moments, and on each copy
 * another kernel starts and is asked what it knows.
 */
final class MemoryImages {
    /** Copies of one disk; then the next one, so that what is to be looked through stays short. */
    private static final int ROUND = 20;

    private final Path place;
    private final Engine engine;
    private final JavaProgram.Start drivers;
    private final Random random;
    private final int images;
    private final Tally tally = new Tally();

    /** @param drivers how those are started that commit; those that recover are as they are */
    MemoryImages(Path place, Engine engine, JavaProgram.Start drivers, long seed, int images) {
        this.place = place;
        this.engine = engine;
        this.drivers = drivers;
        this.random = new Random(seed);
        this.images = images;
    }

    /** Takes the images and looks at each. */
    Tally run() throws IOException, InterruptedException {
        for (int first = 0; first < images; first += ROUND) {
            try (ImageDisk disk = new ImageDisk(place.resolve("round" + first), engine.megabytes())) {
                round(disk, first, Math.min(ROUND, images - first));
            }
        }
        return tally;
    }

    private void round(ImageDisk disk, int first, int count) throws IOException, InterruptedException {
        Commits.Account account = new Commits.Account();
        try (MemoryKernel kernel = new MemoryKernel(disk.files.resolve("kernel"), engine, drivers)) {
            kernel.administer(account.tenant.register());
            for (int done = 0; done < count; ) {
                done += underLoad(disk, kernel, account, first + done, count - done);
            }
            tally.committed(account.told());
        }
    }

    /** Until the drivers are lost: the core gives up on those that are held for long in the middle of what it told them to do. */
    private int underLoad(ImageDisk disk, MemoryKernel kernel, Commits.Account account, int first, int count)
            throws IOException, InterruptedException {
        int done = 0;
        Commits load = new Commits(account, kernel, random.nextLong());
        try (Commits commits = load) {
            while (done < count && !commits.lostKernel()) {
                commits.await(random);
                take(disk, kernel, account, "image " + (first + done));
                done++;
            }
        }
        tally.refused(load.refusals());
        if (load.lostKernel()) {
            kernel.revive(true);
        }
        return done;
    }

    private void take(ImageDisk disk, MemoryKernel kernel, Commits.Account account, String name) throws IOException {
        Map<Deed, Deed.Fate> before = account.fates();
        Path copy = disk.copy();
        Inspection inspection = new Inspection(account, before, account.fates(), random.nextLong());
        try {
            kernel.hold();
            look(disk.new Mounted(copy), name, inspection);
        } finally {
            kernel.goOn();
        }
    }

    private void look(ImageDisk.Mounted image, String name, Inspection inspection) throws IOException {
        try (ImageDisk.Mounted mounted = image;
                MemoryKernel found =
                        new MemoryKernel(mounted.files.resolve("kernel"), engine, JavaProgram.Start.PLAIN)) {
            tally.looked(name, inspection, inspection.look(found, false));
        } catch (IOException e) {
            tally.looked(name, inspection, List.of(String.valueOf(e.getMessage())));
        }
    }
}
