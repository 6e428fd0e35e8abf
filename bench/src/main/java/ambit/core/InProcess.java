package ambit.core;

import ambit.authority.keyfile.SecretDirectory;
import ambit.authority.partition.Vault;
import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.wire.AdminToCore;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The core's state machine on a real log, without its process and its sockets: what a message costs inside the core. It stands in the
 * core's package because nothing else is to see that state machine.
 */
public final class InProcess implements AutoCloseable {
    private static final String ORIGIN = "ambit/bench";

    private final AtomicLong ahead = new AtomicLong();
    private final Journal journal;
    private final Core core;

    /** Opens the log in {@code directory}, whose drivers agree to everything. */
    public InProcess(Path directory) throws IOException {
        SigningKey key = SigningKey.generate();
        journal = Journal.open(FileStorage.open(directory), new LogKey(ORIGIN, key));
        core = new Core(
                ORIGIN,
                new State(journal, new Shifted(ahead), System::nanoTime, new SecureRandom()),
                new Agreeing(),
                key,
                new SecretDirectory(directory),
                new Partitions(new Vault(new byte[SigningKey.SEED], new SecretDirectory(directory).below("memory"))));
    }

    /** The machine's clock and what was added to it. */
    private record Shifted(AtomicLong ahead) implements InstantSource {
        @Override
        public long millis() {
            return System.currentTimeMillis() + ahead.get();
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }
    }

    private static final class Agreeing implements Drivers {
        @Override
        public boolean has(String driver) {
            return true;
        }

        @Override
        public long connection() {
            return 1;
        }

        @Override
        public DriverToCore ask(CoreToDriver command) {
            return answer(command);
        }
    }

    /** Whatever it is, it is done; and no partition has a key yet. */
    public static DriverToCore answer(CoreToDriver command) {
        return command instanceof CoreToDriver.Keys(List<CoreToDriver.Offer> offers)
                ? new DriverToCore.Keys(
                        offers.stream().map(CoreToDriver.Offer::wrapped).toList())
                : new DriverToCore.Ok();
    }

    /** What the core makes of a log's entries; of none yet. */
    public static Journal.Fold history() {
        return new History();
    }

    public CoreToBroker answer(BrokerToCore message) {
        return core.answer(message);
    }

    public CoreToAdmin answer(AdminToCore message) {
        return core.administer(message, List.of());
    }

    /** Lets time pass for the core. */
    public void pass(Duration time) {
        ahead.addAndGet(time.toMillis());
    }

    @Override
    public void close() {
        journal.close();
    }
}
