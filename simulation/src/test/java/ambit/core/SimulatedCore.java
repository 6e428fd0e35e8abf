package ambit.core;

import ambit.authority.keyfile.SecretDirectory;
import ambit.authority.partition.Vault;
import ambit.authority.signing.SigningKey;
import ambit.log.Journal;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The core's state machine without its process, so that the simulator can own all that it touches. It stands in the core's package because
 * nothing else is to see that state machine.
 */
public final class SimulatedCore {
    /** The drivers' control connection. */
    public interface Control {
        /** Number of the present connection, 0 where there is none. */
        long connection();

        DriverToCore ask(CoreToDriver command) throws IOException;
    }

    /** They are on a real disk, which the simulator does not break: no decision depends on what they are. */
    private static final SecretDirectory SECRETS = secrets();

    private final Core core;
    private final List<String> names;

    /** Folds the log and records that it started. */
    public SimulatedCore(
            String origin,
            Journal journal,
            List<String> drivers,
            Control control,
            SigningKey key,
            InstantSource wall,
            LongSupplier nanos,
            SecureRandom random) {
        names = List.copyOf(drivers);
        Drivers connected = new Drivers() {
            @Override
            public boolean has(String driver) {
                return control.connection() != 0 && names.contains(driver);
            }

            @Override
            public long connection() {
                return control.connection();
            }

            @Override
            public DriverToCore ask(CoreToDriver command) throws IOException {
                return control.ask(command);
            }
        };
        Partitions partitions = new Partitions(new Vault(new byte[SigningKey.SEED], SECRETS));
        State state = new State(journal, wall, nanos, random);
        core = new Core(origin, state, connected, key, new SecretDirectory(Path.of("nowhere")), partitions);
    }

    private static SecretDirectory secrets() {
        try {
            Path directory = Files.createTempDirectory("simulated");
            directory.toFile().deleteOnExit();
            return new SecretDirectory(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds up a log to what its snapshot says. */
    public static Journal.Fold fold() {
        return new History();
    }

    public CoreToBroker answer(BrokerToCore message) {
        return core.answer(message);
    }

    public CoreToDriver outcome(Blob receiptKey, DriverToCore.Outcome outcome) {
        return core.outcome(receiptKey, names, outcome);
    }

    public CoreToAdmin administer(AdminToCore message) {
        return core.administer(message, names);
    }

    /** Drivers have just connected. */
    public void settle() throws IOException {
        core.ending.settle();
    }

    public void brokerGone() {
        core.ending.brokerGone();
    }
}
