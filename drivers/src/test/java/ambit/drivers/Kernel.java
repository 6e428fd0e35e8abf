package ambit.drivers;

import ambit.authority.Permit;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.drivers.memory.MemoryDriver;
import ambit.drivers.memory.MemoryStore;
import ambit.drivers.memory.SqliteDatabase;
import ambit.retrieval.embedding.OnFirstUse;
import ambit.wire.Blob;
import ambit.wire.BrokerToDriver;
import ambit.wire.CoreToDriver;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.Cose.Domain;
import ambit.wire.DriverToBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The core's half of the drivers' world: it signs permits, maps contexts, and keeps the receipts it is given. */
final class Kernel implements AutoCloseable {
    static final long NOW = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();

    private static final SecureRandom RANDOM = new SecureRandom();
    static final Blob PRINCIPAL = random(32);
    static final Blob CHAIN = random(32);
    final List<Blob> receipts = Collections.synchronizedList(new ArrayList<>());
    final SqliteDatabase database;
    final MemoryStore store;
    final MemoryDriver memory;
    final Retrieval retrieval;
    final Contexts contexts;
    final Artifacts artifacts;
    final Calls calls;
    final Bodies bodies;
    private final SigningKey coreKey;

    /** Without bodies. */
    Kernel(Path directory, Map<String, PermitCheck.Tool> tools) throws IOException, DriverFailure {
        this(
                directory,
                tools,
                config -> Bodies.open(
                        directory.resolve("bodies.db"), config, List.of(), (_, _, _) -> {}, InstantSource.system()),
                BodiesConfig.NONE);
    }

    Kernel(
            Path directory,
            Map<String, PermitCheck.Tool> tools,
            Function<BodiesConfig, Bodies> open,
            BodiesConfig config)
            throws IOException, DriverFailure {
        this.coreKey = SigningKey.generate();
        this.database = SqliteDatabase.open(directory.resolve("memory.db"));
        this.store = new MemoryStore(database);
        InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(NOW));
        this.memory = new MemoryDriver(store, clock);
        boolean retrieves =
                tools.values().stream().anyMatch(tool -> tool.driver().equals(ToolConfig.RETRIEVER));
        this.retrieval = retrieves
                ? Retrieval.open(directory.resolve("indexes"), OnFirstUse.miniLm(2), memory)
                : Retrieval.none();
        this.contexts = new Contexts(memory, retrieval);
        this.artifacts = new Artifacts(coreKey.publicKey());
        PermitCheck check = new PermitCheck(artifacts, contexts, tools, clock);
        this.bodies = open.apply(config);
        this.calls = new Calls(check, artifacts, this::keep, bodies, clock);
    }

    private Blob keep(Blob receipt) {
        receipts.add(receipt);
        return Blob.of(("proof " + receipts.size()).getBytes(StandardCharsets.US_ASCII));
    }

    static Blob random(int size) {
        byte[] bytes = new byte[size];
        RANDOM.nextBytes(bytes);
        return Blob.of(bytes);
    }

    static Blob json(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A new context that maps nothing but what is given. */
    Blob context(MapEntry... entries) throws DriverFailure {
        Blob context = random(16);
        offer(entries);
        contexts.map(new CoreToDriver.MapContext(
                context, "tx-" + context.toHex(), "acme", PRINCIPAL, CHAIN, "notes", random(32), List.of(entries)));
        return context;
    }

    /** A new context of another tenant. */
    Blob context(String tenant) throws DriverFailure {
        Blob context = random(16);
        contexts.map(new CoreToDriver.MapContext(
                context, "tx-" + context.toHex(), tenant, PRINCIPAL, CHAIN, "notes", random(32), List.of()));
        return context;
    }

    /** The core asks for the keys of what it is about to map. */
    void offer(MapEntry... entries) throws DriverFailure {
        List<Blob> _ = memory.keys(Arrays.stream(entries)
                .map(entry -> new CoreToDriver.Offer(
                        entry.partition(), entry.dataKey().sha256()))
                .toList());
    }

    Order order(Blob context, String capability, String params) {
        return new Order(
                coreKey, random(16), "mcp", context, capability, json(params), NOW + 60_000, Blob.EMPTY, 1, 1 << 20);
    }

    Order model(Blob context, String params) {
        return order(context, "llm.chat", params).driver("openai");
    }

    DriverToBroker execute(Order order) {
        return calls.execute(order.request(), _ -> {}, new Cancellation());
    }

    @Override
    public void close() {
        bodies.close();
        contexts.close();
        retrieval.close();
        memory.close();
        store.close();
    }

    /** What a permit shall say, and who signs it. */
    record Order(
            SigningKey signer,
            Blob id,
            String driver,
            Blob context,
            String capability,
            Blob params,
            long expiresAtMs,
            Blob definition,
            int syscall,
            long maxBytes) {
        Order driver(String other) {
            return new Order(
                    signer, id, other, context, capability, params, expiresAtMs, definition, syscall, maxBytes);
        }

        Order expires(long ms) {
            return new Order(signer, id, driver, context, capability, params, ms, definition, syscall, maxBytes);
        }

        Order signer(SigningKey other) {
            return new Order(
                    other, id, driver, context, capability, params, expiresAtMs, definition, syscall, maxBytes);
        }

        Order definition(Blob hash) {
            return new Order(signer, id, driver, context, capability, params, expiresAtMs, hash, syscall, maxBytes);
        }

        Order syscall(int number) {
            return new Order(
                    signer, id, driver, context, capability, params, expiresAtMs, definition, number, maxBytes);
        }

        Order maxBytes(long most) {
            return new Order(signer, id, driver, context, capability, params, expiresAtMs, definition, syscall, most);
        }

        Blob permit() {
            Permit permit = new Permit(
                    id, driver, context, 1, capability, params.sha256(), expiresAtMs, definition, syscall, maxBytes);
            return Signed.sign(Domain.PERMIT, signer, permit.toBlob());
        }

        BrokerToDriver.Execute request() {
            return new BrokerToDriver.Execute(permit(), params);
        }
    }
}
