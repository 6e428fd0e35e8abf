package ambit.core;

import ambit.authority.keyfile.CoreKeys;
import ambit.authority.keyfile.SecretDirectory;
import ambit.authority.partition.Vault;
import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.log.Snapshots;
import ambit.wire.AdminToCore;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreConfig;
import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import ambit.wire.DriverToCore.Hello;
import ambit.wire.Endpoint;
import ambit.wire.FrameChannel;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The core behind its three sockets: one dispatch table each, one platform thread for each connection. */
final class CoreProcess implements AutoCloseable {
    private static final int BROKER_CONNECTIONS = 256;
    private static final int DRIVER_CONNECTIONS = 256;
    private static final int ADMIN_CONNECTIONS = 8;

    private final ConnectedDrivers drivers = new ConnectedDrivers();
    private final AtomicInteger brokers = new AtomicInteger();
    private final SigningKey key;
    private final Journal journal;
    private final Core core;
    private final List<Endpoint> endpoints = new ArrayList<>();

    /** Recovers the state, then binds the sockets. */
    CoreProcess(CoreConfig config) throws IOException {
        SecretDirectory secrets = new SecretDirectory(config.state());
        key = CoreKeys.signing(secrets);
        MlDsaKey postQuantum = CoreKeys.postQuantum(secrets);
        LogKey logKey = new LogKey(config.origin(), key, Optional.of(postQuantum), CoreKeys.former(secrets));
        Optional<byte[]> floor = config.floor().isEmpty()
                ? Optional.empty()
                : Optional.of(config.floor().toArray());
        journal = Journal.open(FileStorage.open(config.state().resolve("log")), logKey, floor);
        CoreKeys.publish(secrets, key.publicKey(), logKey.verifiers());
        core = new Core(
                config.origin(),
                new State(journal, InstantSource.system(), System::nanoTime, new SecureRandom()),
                drivers,
                key,
                secrets,
                new Partitions(new Vault(secrets.secret("master.key"), secrets.below("memory"))));
        core.names(postQuantum.publicKey());
        listen(config.brokerSocket(), config.brokerUsers(), BROKER_CONNECTIONS, this::broker);
        listen(config.driversSocket(), config.driversUsers(), DRIVER_CONNECTIONS, this::driver);
        listen(config.adminSocket(), config.adminUsers(), ADMIN_CONNECTIONS, this::admin);
        endpoints.forEach(endpoint -> endpoint.start(() -> {}));
        Snapshots.keep(journal, History::new);
    }

    private void listen(Path socket, List<String> users, int connections, Endpoint.Session session) throws IOException {
        endpoints.add(new Endpoint(
                socket, users, connections, Thread.ofPlatform().name("session").daemon(), session));
    }

    private void broker(FrameChannel channel) throws IOException {
        brokers.incrementAndGet();
        try {
            serve(channel, m -> core.answer(BrokerToCore.fromCbor(m)).toCbor());
        } finally {
            if (brokers.decrementAndGet() == 0) {
                core.ending.brokerGone();
            }
        }
    }

    private void driver(FrameChannel channel) throws IOException, InterruptedException {
        if (!(DriverToCore.fromCbor(channel.receive()) instanceof Hello hello)) {
            throw new MalformedException("a driver says hello first");
        }
        channel.send(new CoreToDriver.Welcome(
                        key.publicKey(), core.ending.state().clock.millis())
                .toCbor());
        if (hello.role() == Hello.CONTROL) {
            CountDownLatch gone = drivers.control(channel);
            core.ending.settle();
            gone.await();
        } else {
            receipts(channel, hello);
        }
    }

    private void receipts(FrameChannel channel, Hello hello) throws IOException {
        drivers.add(hello.drivers());
        try {
            serve(channel, m -> receipt(hello, DriverToCore.fromCbor(m)).toCbor());
        } finally {
            drivers.remove(hello.drivers());
        }
    }

    private CoreToDriver receipt(Hello hello, DriverToCore message) throws MalformedException {
        return switch (message) {
            case DriverToCore.Outcome m -> core.outcome(hello.receiptKey(), hello.drivers(), m);
            case DriverToCore.Shredded m -> core.shredded(m);
            default -> throw new MalformedException("only reports come here");
        };
    }

    /** What a peer's message is answered with. */
    private interface Answer {
        Cbor to(Cbor message) throws IOException;
    }

    private static void serve(FrameChannel channel, Answer answer) throws IOException {
        while (true) {
            channel.send(answer.to(channel.receive()));
        }
    }

    private void admin(FrameChannel channel) throws IOException {
        serve(
                channel,
                m -> core.administer(AdminToCore.fromCbor(m), drivers.all()).toCbor());
    }

    @Override
    public void close() throws IOException {
        for (Endpoint endpoint : endpoints) {
            endpoint.close();
        }
        journal.close();
    }
}
