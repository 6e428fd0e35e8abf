package ambit.drivers;

import ambit.authority.Permit;
import ambit.drivers.BodyStore.Choice;
import ambit.drivers.BodyStore.Shredding;
import ambit.drivers.redaction.Redaction;
import ambit.wire.AdminToDrivers;
import ambit.wire.Blob;
import ambit.wire.BodyKind;
import ambit.wire.BodyState;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.DriversToAdmin;
import ambit.wire.Limits;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the bodies of calls that the policy names: redacted, sealed, until they are shredded. Everything happens on one thread of its own, in the
 * order in which it came. So a call never waits for it, and a body that cannot be kept changes nothing about the call: it is missing, and the
 * process's log says so.
 *
 * <p>Safe for use by several threads.
 */
final class Bodies implements AutoCloseable {
    /** Bytes that wait to be kept, those of answers on their way included. */
    static final long MOST_WAITING = 64L << 20;

    /** A transaction may take this part of all the room, so that none can take it from all others. */
    static final long SHARE = 16;

    static final String EXPIRED = "the time that ambit.yaml gives them was over";

    static final String FORGOTTEN = "the core was told to forget it";

    private static final System.Logger LOG = System.getLogger("ambit.drivers");
    private static final long CLOSING_SECONDS = 5;

    /** Of the keeper's thread: a pattern that repeats its parts a thousand times needs that. */
    private static final long STACK = 32L << 20;

    /** Tells the core what was shredded, and returns when the log says so. */
    @FunctionalInterface
    interface Reports {
        void shredded(String transaction, long bodies, String why) throws DriverFailure;
    }

    /** What bodies of one transaction need, for as long as it is mapped. The changing part is the keeper's alone. */
    static final class Scope {
        private final String transaction;
        private final String tenant;
        private final Blob principal;
        private final String agent;
        private final Blob wrapping;
        private boolean begun;
        private long stored;

        private Scope(CoreToDriver.MapContext map) {
            this.transaction = map.transaction();
            this.tenant = map.tenant();
            this.principal = map.principal();
            this.agent = map.agent();
            this.wrapping = map.bodyKey();
        }
    }

    private final Optional<BodyStore> store;
    private final BodiesConfig config;
    private final Redaction redaction;
    private final Reports reports;
    private final InstantSource clock;
    private final List<String> complaints;
    private final AtomicLong waiting = new AtomicLong();
    private final ScheduledThreadPoolExecutor keeper;
    private long total;
    private long missed;

    private Bodies(
            ScheduledThreadPoolExecutor keeper,
            Optional<BodyStore> store,
            BodiesConfig config,
            Redaction redaction,
            Reports reports,
            InstantSource clock,
            List<String> complaints) {
        this.keeper = keeper;
        this.store = store;
        this.config = config;
        this.redaction = redaction;
        this.reports = reports;
        this.clock = clock;
        this.complaints = List.copyOf(complaints);
    }

    /**
     * Opens the store if anything is, or was, to be kept. What is wrong with it keeps nobody from calling: it is a complaint.
     *
     * @param secrets what is redacted whatever the policy says
     */
    static Bodies open(
            Path file, BodiesConfig config, Collection<Credential> secrets, Reports reports, InstantSource clock) {
        List<String> complaints = new ArrayList<>();
        Optional<BodyStore> store = Optional.empty();
        BodiesConfig effective = config;
        Redaction redaction = Redaction.of(Set.of(), Map.of(), List.of());
        ScheduledThreadPoolExecutor keeper = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("bodies").stackSize(STACK).factory());
        try {
            redaction = inTurn(
                    keeper, () -> Redaction.of(kinds(config), config.patterns(), new Scrubber(secrets).spellings()));
            if (config.keepsAnything() || Files.exists(file)) {
                store = Optional.of(BodyStore.open(file));
            }
        } catch (DriverFailure e) {
            effective = BodiesConfig.NONE;
            complaints.add("no bodies are kept: " + e.getMessage());
        }
        Bodies bodies = new Bodies(keeper, store, effective, redaction, reports, clock, complaints);
        java.util.concurrent.ScheduledFuture<?> _ =
                bodies.keeper.scheduleWithFixedDelay(bodies::tidy, 0, 1, TimeUnit.HOURS);
        return bodies;
    }

    private static Set<Redaction.Kind> kinds(BodiesConfig config) {
        Set<Redaction.Kind> kinds = EnumSet.noneOf(Redaction.Kind.class);
        config.rules().forEach(name -> kinds.add(Redaction.Kind.valueOf(name.toUpperCase(Locale.ROOT))));
        return kinds;
    }

    /** A sentence for what cannot work as configured. */
    List<String> complaints() {
        return complaints;
    }

    /** What bodies of the mapped context need. */
    static Scope scope(CoreToDriver.MapContext map) {
        return new Scope(map);
    }

    /** Has the parameters kept, if they are to be. */
    void parameters(PermitCheck.Checked call) {
        Collector parameters = collector(call, BodyKind.PARAMETERS);
        if (parameters.wanted) {
            parameters.add(call.call().params().toArray());
            parameters.done(call.permit().paramsDigest());
        }
    }

    /** What takes the parts of a call's result, and does nothing if it is not to be kept. */
    Collector result(PermitCheck.Checked call) {
        return collector(call, BodyKind.RESULT);
    }

    private Collector collector(PermitCheck.Checked call, BodyKind kind) {
        Permit permit = call.permit();
        Scope scope = call.call().context().bodies();
        String capability = permit.capability();
        int dot = capability.indexOf('.');
        String tool = dot < 0 ? capability : capability.substring(0, dot);
        boolean wanted = store.isPresent() && config.keeps(scope.agent, permit.driver(), tool, kind);
        return new Collector(scope, permit.id(), kind, wanted);
    }

    /** Collects one body, up to the length that can be kept. Used by one thread at a time. */
    final class Collector {
        private final Scope scope;
        private final Blob permit;
        private final BodyKind kind;
        private final boolean wanted;
        private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
        private BodyState state = BodyState.KEPT;
        private long size;
        private long reserved;
        private boolean handedOver;

        private Collector(Scope scope, Blob permit, BodyKind kind, boolean wanted) {
            this.scope = scope;
            this.permit = permit;
            this.kind = kind;
            this.wanted = wanted;
        }

        void add(byte[] bytes) {
            size += bytes.length;
            if (!wanted || state != BodyState.KEPT) {
                return;
            }
            if (size > Limits.RESULT) {
                state = BodyState.TOO_LARGE;
            } else if (waiting.addAndGet(bytes.length) > MOST_WAITING) {
                waiting.addAndGet(-bytes.length);
                state = BodyState.ABSENT;
            } else {
                reserved += bytes.length;
                collected.writeBytes(bytes);
            }
            if (state != BodyState.KEPT) {
                collected.reset();
            }
        }

        /** The body is complete, and this is its digest. */
        void done(Blob digest) {
            if (!wanted) {
                return;
            }
            handedOver = true;
            try {
                keeper.execute(() -> {
                    try {
                        keep(this, digest);
                    } finally {
                        release();
                    }
                });
            } catch (RejectedExecutionException e) {
                release();
            }
        }

        /** There will be no body, unless it was complete. */
        void drop() {
            if (!handedOver) {
                release();
            }
        }

        private void release() {
            waiting.addAndGet(-reserved);
            reserved = 0;
        }
    }

    private void keep(Collector body, Blob digest) {
        try {
            if (body.state == BodyState.ABSENT) {
                throw new DriverFailure(Denial.QUOTA, "too many came at once");
            }
            put(store.orElseThrow(), body, digest);
            if (missed > 0) {
                LOG.log(System.Logger.Level.WARNING, "bodies are kept again; " + missed + " are missing");
                missed = 0;
            }
        } catch (DriverFailure | RuntimeException | StackOverflowError e) {
            if (missed++ == 0) {
                LOG.log(System.Logger.Level.WARNING, "a body was not kept: " + e.getMessage());
            }
        }
    }

    private void put(BodyStore bodies, Collector body, Blob digest) throws DriverFailure {
        Scope scope = body.scope;
        long now = clock.millis();
        Optional<Blob> dataKey = dataKey(bodies, scope, now);
        if (dataKey.isEmpty()) {
            return;
        }
        Optional<Redaction.Redacted> kept = body.state == BodyState.KEPT
                ? redaction.redact(Blob.of(body.collected.toByteArray()))
                : Optional.empty();
        BodyState state = body.state == BodyState.KEPT && kept.isEmpty() ? BodyState.UNREADABLE : body.state;
        long places = kept.map(Redaction.Redacted::places).orElse(0);
        BodyKeys.Label label =
                new BodyKeys.Label(scope.tenant, scope.transaction, body.permit, body.kind, digest, body.size, places);
        Blob box = kept.map(it -> BodyKeys.seal(dataKey.get(), label, it.bytes().toArray()))
                .orElse(Blob.EMPTY);
        long weight = box.size() + (long) BodyStore.ROW;
        if (total + weight > config.mostBytes() || scope.stored + weight > config.mostBytes() / SHARE) {
            throw new DriverFailure(
                    Denial.QUOTA,
                    total + weight > config.mostBytes()
                            ? "the bodies have the room that 'at-most' in ambit.yaml gives them; shred some or give more"
                            : "transaction " + scope.transaction + " has its part of the room for bodies");
        }
        bodies.put(
                scope.transaction,
                new BodyStore.Row(body.permit, body.kind, state, digest, body.size, places, now, box));
        scope.stored += weight;
        total += weight;
    }

    /** The key of the transaction's bodies, made with the first one; none once they were shredded. */
    private Optional<Blob> dataKey(BodyStore bodies, Scope scope, long now) throws DriverFailure {
        Optional<BodyStore.Key> stored = bodies.key(scope.transaction);
        if (stored.isPresent()) {
            return Optional.of(BodyKeys.unwrap(
                    scope.wrapping,
                    scope.tenant,
                    scope.transaction,
                    stored.get().wrapped()));
        }
        if (scope.begun) {
            return Optional.empty();
        }
        Blob fresh = BodyKeys.fresh();
        Blob wrapped = BodyKeys.wrap(scope.wrapping, scope.tenant, scope.transaction, fresh);
        bodies.putKey(
                scope.transaction,
                new BodyStore.Key(scope.tenant, scope.principal, wrapped),
                now,
                now + config.forMs());
        scope.begun = true;
        return Optional.of(fresh);
    }

    /** What there is of a body; with the transaction's key, the body itself. */
    DriversToAdmin find(AdminToDrivers.FindBody wanted) throws DriverFailure {
        return inTurn(() -> {
            DriversToAdmin.Body nothing = new DriversToAdmin.Body(BodyState.ABSENT, Blob.EMPTY, 0, 0, Blob.EMPTY);
            if (store.isEmpty()) {
                return nothing;
            }
            Optional<BodyStore.Key> key = store.get().key(wanted.transaction());
            Optional<BodyStore.Row> found = store.get().find(wanted.transaction(), wanted.permit(), wanted.kind());
            return key.isEmpty() || found.isEmpty() ? nothing : opened(wanted, key.get(), found.get());
        });
    }

    private static DriversToAdmin.Body opened(AdminToDrivers.FindBody wanted, BodyStore.Key key, BodyStore.Row row)
            throws DriverFailure {
        Blob bytes = Blob.EMPTY;
        if (row.state() == BodyState.KEPT && !wanted.key().isEmpty()) {
            String transaction = wanted.transaction();
            Blob dataKey = BodyKeys.unwrap(wanted.key(), key.tenant(), transaction, key.wrapped());
            BodyKeys.Label label = new BodyKeys.Label(
                    key.tenant(), transaction, row.permit(), row.kind(), row.digest(), row.size(), row.places());
            bytes = Blob.of(BodyKeys.open(dataKey, label, row.box()));
        }
        return new DriversToAdmin.Body(row.state(), row.digest(), row.places(), row.keptAtMs(), bytes);
    }

    /** Shreds what is named, and has the log say so. */
    DriversToAdmin shred(AdminToDrivers.Shred order) throws DriverFailure {
        return inTurn(() -> {
            if (store.isEmpty()) {
                return new DriversToAdmin.Shredded(0, 0);
            }
            long begunBy = order.olderThanMs() == 0 ? Long.MAX_VALUE : clock.millis() - order.olderThanMs();
            Choice choice = new Choice(order.transaction(), order.tenant(), Blob.EMPTY, begunBy, Long.MAX_VALUE);
            List<Shredding> shredded = shred(store.get(), choice, order.why());
            report(store.get());
            return new DriversToAdmin.Shredded(
                    shredded.size(),
                    shredded.stream().mapToLong(Shredding::bodies).sum());
        });
    }

    /** Shreds what the core has forgotten, and answers how many bodies that were; the log hears of each transaction afterwards. */
    long forget(CoreToDriver.Forget order) throws DriverFailure {
        return inTurn(() -> {
            if (store.isEmpty()) {
                return 0L;
            }
            Choice choice =
                    new Choice(order.transaction(), order.tenant(), order.principal(), Long.MAX_VALUE, Long.MAX_VALUE);
            List<Shredding> shredded = shred(store.get(), choice, FORGOTTEN);
            // not now: the core waits for this answer, and may take no report before it has it
            keeper.execute(this::tidy);
            return shredded.stream().mapToLong(Shredding::bodies).sum();
        });
    }

    private List<Shredding> shred(BodyStore bodies, Choice choice, String why) throws DriverFailure {
        List<Shredding> shredded = bodies.shred(choice, why);
        total = bodies.stored("");
        return shredded;
    }

    private void report(BodyStore bodies) throws DriverFailure {
        List<Shredding> unreported = bodies.unreported();
        for (Shredding shredding : unreported) {
            reports.shredded(shredding.transaction(), shredding.bodies(), shredding.why());
        }
        if (!unreported.isEmpty()) {
            bodies.reported(unreported);
        }
    }

    /** Shreds what is over its time, by what the policy said when it was kept and by what it says now. */
    private void tidy() {
        if (store.isEmpty()) {
            return;
        }
        try {
            BodyStore bodies = store.get();
            long now = clock.millis();
            shred(bodies, new Choice("", "", Blob.EMPTY, Long.MAX_VALUE, now), EXPIRED);
            if (config.keepsAnything()) {
                shred(bodies, new Choice("", "", Blob.EMPTY, now - config.forMs(), Long.MAX_VALUE), EXPIRED);
            }
            report(bodies);
        } catch (DriverFailure | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "bodies could not be shredded; it is tried again: " + e.getMessage());
        }
    }

    /** Bounds the file to this many pages, of 4 KiB by default, as a full disk would. */
    void limitPages(long pages) throws DriverFailure {
        inTurn(() -> {
            store.orElseThrow().limitPages(pages);
            return true;
        });
    }

    /** Does it after everything that was handed over before, and waits for it. */
    private <T> T inTurn(Callable<T> work) throws DriverFailure {
        return inTurn(keeper, work);
    }

    private static <T> T inTurn(ScheduledThreadPoolExecutor keeper, Callable<T> work) throws DriverFailure {
        try {
            return keeper.submit(work).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DriverFailure failure) {
                throw failure;
            }
            if (e.getCause() instanceof IllegalArgumentException wrong) {
                throw new DriverFailure(Denial.DRIVER_UNAVAILABLE, String.valueOf(wrong.getMessage()), wrong);
            }
            throw new DriverFailure(Denial.INTERNAL, "the drivers have a defect; their log names the place", e);
        } catch (RejectedExecutionException e) {
            throw new DriverFailure(Denial.DRIVER_UNAVAILABLE, "the drivers are ending", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DriverFailure(Denial.DRIVER_UNAVAILABLE, "the drivers are ending", e);
        }
    }

    /** Keeps what was handed over, for a few seconds at most, and closes the store. */
    @Override
    public void close() {
        keeper.shutdown();
        try {
            if (!keeper.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                keeper.shutdownNow();
                LOG.log(System.Logger.Level.WARNING, "bodies that waited to be kept are missing");
            }
        } catch (InterruptedException e) {
            keeper.shutdownNow();
            Thread.currentThread().interrupt();
        }
        store.ifPresent(BodyStore::close);
    }
}
