package ambit.faults;

import ambit.audit.LogVerifier;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Denial;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * What a machine finds that loses its power: the core works on a disk that is copied at random moments, and on each copy another core
 * recovers and is asked what it knows.
 */
final class CrashImages {
    private static final int WORKERS = 6;

    /** Copies of one disk; then the next one, so that logs stay short. */
    private static final int ROUND = 20;

    private static final int MAX_PAUSE_MS = 300;

    private final Path place;
    private final Random random;
    private final JavaProgram.Start how;
    private final int images;
    private long uses;
    private long revocations;

    CrashImages(Path place, long seed, JavaProgram.Start how, int images) {
        this.place = place;
        this.random = new Random(seed);
        this.how = how;
        this.images = images;
    }

    /** What is wrong with an image. */
    record Flaw(int image, String sentence) {}

    /** Takes the images and looks at each. */
    List<Flaw> run() throws IOException, InterruptedException {
        List<Flaw> flaws = new ArrayList<>();
        for (int first = 0; first < images; first += ROUND) {
            try (ImageDisk disk = new ImageDisk(Files.createDirectories(place.resolve("round" + first)))) {
                round(disk, first, Math.min(ROUND, images - first), flaws);
            }
        }
        return flaws;
    }

    private void round(ImageDisk disk, int first, int count, List<Flaw> flaws)
            throws IOException, InterruptedException {
        Tenant tenant = new Tenant();
        Path state = Files.createDirectory(disk.files.resolve("state"));
        try (CoreServer core = CoreServer.start(state, tenant, how, Blob.EMPTY)) {
            core.administer(tenant.register());
            try (Load load = new Load(tenant, core, WORKERS, random.nextLong())) {
                for (int i = 0; i < count; i++) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(MAX_PAUSE_MS));
                    Load.Told told = load.told();
                    Path copy = disk.copy();
                    Image image = new Image(first + i, tenant, told, load.asked(), load.unrevoked(), flaws);
                    core.hold();
                    try (ImageDisk.Mounted mounted = disk.new Mounted(copy)) {
                        image.look(mounted.files.resolve("state"), state);
                    } finally {
                        core.goOn();
                    }
                    uses += told.uses().values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
                    revocations += told.revoked().size();
                }
            }
        }
    }

    /** What there was to lose, over all images. */
    String summary() {
        return "%d images, %d acknowledged uses and %d revocations to lose".formatted(images, uses, revocations);
    }

    /** One image, and what must be true of it. */
    private record Image(
            int number,
            Tenant tenant,
            Load.Told told,
            Map<Load.Held, Long> asked,
            List<Load.Held> unrevoked,
            List<Flaw> flaws) {

        private void flaw(String sentence) {
            flaws.add(new Flaw(number, sentence));
        }

        void look(Path recovered, Path live) throws IOException {
            try (CoreServer core = CoreServer.start(recovered, tenant, JavaProgram.Start.PLAIN, told.checkpoint());
                    FrameChannel broker = core.broker()) {
                told.revoked().forEach(held -> revoked(broker, held));
                unrevoked.forEach(held -> counted(broker, held));
                told.admitted().forEach(admission -> {
                    if (!(ask(broker, admission) instanceof CoreToBroker.Denied denied)
                            || denied.code() != Denial.REPLAYED) {
                        flaw("a transaction that was acknowledged begins again");
                    }
                });
            } catch (IOException e) {
                flaw(String.valueOf(e.getMessage()));
                return;
            }
            compare(recovered, live);
        }

        private static CoreToBroker ask(FrameChannel broker, ambit.wire.BrokerToCore message) {
            try {
                return Load.ask(broker, message);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private void revoked(FrameChannel broker, Load.Held held) {
            CoreToBroker reply = ask(broker, tenant.admission(held.charter, Load.now(), 600));
            if (!(reply instanceof CoreToBroker.Denied denied) || denied.code() != Denial.REVOKED) {
                flaw("a grant whose revocation was acknowledged is answered with " + reply);
            }
        }

        /** By what the core says that is left. */
        private void counted(FrameChannel broker, Load.Held held) {
            CoreToBroker reply = ask(broker, tenant.admission(held.charter, Load.now(), 600));
            if (!(reply instanceof Admitted context)) {
                flaw("a grant that nobody revoked is answered with " + reply);
                return;
            }
            long effects = used(held, context, Tenant.EFFECT);
            long reads = used(held, context, Tenant.READ);
            long least = told.uses().getOrDefault(held, 0L);
            long leastReads = told.reads().getOrDefault(held, 0L);
            long most = asked.getOrDefault(held, 0L);
            if (effects < least || reads < leastReads || effects + reads > most) {
                flaw("%d and %d uses are recovered, acknowledged were %d and %d, asked for %d"
                        .formatted(effects, reads, least, leastReads, most));
            }
        }

        private static long used(Load.Held held, Admitted context, int cap) {
            return held.charter.limit() - context.capabilities().get(cap).usesLeft();
        }

        /** The log of the image, up to the recovery, is where the log that went on began, and no limit is passed in it. */
        private void compare(Path recovered, Path live) throws IOException {
            List<Entry> found = entries(recovered);
            List<Entry> whole = entries(live);
            int boot = found.size() - 1;
            while (boot > 0 && !(found.get(boot) instanceof Entry.Boot)) {
                boot--;
            }
            if (boot > whole.size() || !found.subList(0, boot).equals(whole.subList(0, boot))) {
                flaw("the log of the image does not lie on the way of the log");
            }
            Map<String, Long> taken = new HashMap<>();
            found.forEach(entry -> {
                if (entry instanceof Entry.Allowed allowed) {
                    for (Entry.Debit debit : allowed.debits()) {
                        String node = debit.block() + "/" + debit.account();
                        if (taken.merge(node, 1L, Long::sum) > debit.limit() && debit.limit() >= 0) {
                            flaw("an account of " + debit.limit() + " uses is used more often");
                        }
                    }
                }
            });
        }

        private List<Entry> entries(Path state) throws IOException {
            List<Entry> entries = new ArrayList<>();
            LogVerifier.Result result = LogVerifier.read(
                    state.resolve("log"),
                    PublicKeyFile.read(state.resolve("core.pub")),
                    (_, entry) -> entries.add(entry));
            if (result instanceof LogVerifier.Broken(String sentence)) {
                flaw(sentence);
            }
            return entries;
        }
    }
}
