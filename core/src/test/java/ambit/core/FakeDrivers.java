package ambit.core;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import ambit.wire.Verdict;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A memory driver that remembers what it was told. */
final class FakeDrivers implements Drivers {
    final List<CoreToDriver> told = new CopyOnWriteArrayList<>();
    final Set<String> committed = ConcurrentHashMap.newKeySet();
    final Set<String> connected = new HashSet<>(World.DRIVERS);
    long connection = 1;

    int keysWritten = 1;

    /** Fails the next commit after it was carried out, as a connection does that breaks before the answer. */
    boolean breakAfterCommit;

    /** What happens while they are asked whether something was committed. */
    Runnable whileAsked = () -> {};

    /** The keys that the drivers keep of partitions. */
    final Map<Blob, Blob> wrapped = new HashMap<>();

    private final Map<Blob, String> mapped = new HashMap<>();

    @Override
    public boolean has(String driver) {
        return connected.contains(driver);
    }

    @Override
    public long connection() {
        return connection;
    }

    @Override
    public synchronized DriverToCore ask(CoreToDriver command) throws IOException {
        if (connection == 0) {
            throw new IOException("not connected");
        }
        // As it comes off the wire: what the drivers could not read would end them.
        CoreToDriver received = CoreToDriver.fromCbor(Cbor.decode(Cbor.encode(command.toCbor())));
        told.add(received);
        return switch (received) {
            case CoreToDriver.MapContext m -> {
                mapped.put(m.context(), m.transaction());
                yield new DriverToCore.Ok();
            }
            case CoreToDriver.Keys(List<CoreToDriver.Offer> offers) -> {
                offers.forEach(it -> wrapped.putIfAbsent(it.partition(), it.wrapped()));
                yield new DriverToCore.Keys(offers.stream()
                        .map(it -> wrapped.getOrDefault(it.partition(), it.wrapped()))
                        .toList());
            }
            case CoreToDriver.Forget _ -> new DriverToCore.Forgotten(1, 2, 3);
            case CoreToDriver.CommitContext m -> commit(mapped.getOrDefault(m.context(), "?"));
            case CoreToDriver.WasCommitted m -> {
                whileAsked.run();
                yield new DriverToCore.Committed(committed.contains(m.transaction()));
            }
            default -> new DriverToCore.Ok();
        };
    }

    private DriverToCore commit(String transaction) throws IOException {
        committed.add(transaction);
        if (breakAfterCommit) {
            throw new IOException("broken pipe");
        }
        return new DriverToCore.Verdicts(Collections.nCopies(keysWritten, Verdict.committed("key", 1)));
    }

    <T extends CoreToDriver> List<T> told(Class<T> kind) {
        return told.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
