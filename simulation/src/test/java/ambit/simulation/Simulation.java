package ambit.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.authority.Grant;
import ambit.authority.Permit;
import ambit.authority.Request;
import ambit.core.SimulatedCore;
import ambit.log.Checkpoint;
import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.LogKey;
import ambit.log.Records;
import ambit.log.Snapshot;
import ambit.log.entry.Entry;
import ambit.log.note.VerifierKey;
import ambit.simulation.Books.Block;
import ambit.simulation.Books.Given;
import ambit.simulation.Books.Issued;
import ambit.simulation.Books.Run;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.End;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The real core on the real journal, with a model broker, model drivers, a disk and clocks that one seed moves, and breaks. After every recovery
 * {@link Books} compares what is left with what was acknowledged.
 */
final class Simulation {
    /** The log says each time that its disk failed, which is no news here. */
    @SuppressWarnings("unused") // a logger that nobody holds forgets its level
    private static final Logger SILENT = silent();

    private static final String ORIGIN = "ambit/simulation";
    private static final int AT_ONCE = 6;

    /** Of a thousand steps. */
    private static final int FAULTS = 12;

    private static final int MOST_GRANTS = 5;
    private static final String[] PATHS = {"/repo", "/repo/a", "/etc"};

    /**
     * What goes wrong.
     *
     * @param steps after which it is over
     * @param faults whether things break at random
     * @param failing the operation of the disk that fails, 0 for none
     * @param ending the operation in which the process ends, 0 for none
     * @param losing whether the power goes with it
     */
    record Plan(int steps, boolean faults, long failing, long ending, Optional<SimulatedDisk.Loss> losing) {
        static final Plan RANDOM = new Plan(900, true, 0, 0, Optional.empty());
        static final Plan QUIET = new Plan(150, false, 0, 0, Optional.empty());
    }

    /** What is wrong with what the core stands on, to see that the simulator notices. */
    enum Fault {
        NONE,
        /** The core is not shown the revocations of its log when it starts. */
        FORGETS_REVOCATIONS,
        /** The disk only says that it synced. */
        NEVER_SYNCS
    }

    /**
     * What a run came to.
     *
     * @param hash of everything that happened, in its order
     * @param fromSnapshot of the recoveries, those that began with a snapshot
     * @param refusals logs that the core did not open because what had not been synced came out of a loss of power with a wrong bit, or without
     *     a few bytes at the edge of a sector
     * @param operations of the disk
     * @param answers how often the core gave each of its answers
     */
    record Result(
            String hash,
            long events,
            long recoveries,
            long fromSnapshot,
            long refusals,
            long operations,
            Map<String, Integer> answers) {}

    private final Plan plan;
    private final Fault fault;
    private final SplittableRandom random;
    private final Trace trace = new Trace();
    private final Peers peers;
    private final SimulatedDisk disk;
    private final Schedule schedule;
    private final ModelDrivers drivers;
    private final Books books = new Books();
    private final List<byte[]> appended = new ArrayList<>();
    private final SecureRandom coresRandom;

    private final Map<String, Integer> answers = new TreeMap<>();
    private long wall = 1_800_000_000_000L;
    private long nanos;
    private long bootWall;
    private long bootNanos;
    private long life;
    private long brokers;
    private long calls;
    private long recoveries;
    private long fromSnapshot;
    private long refusals;
    private boolean snapshotting;
    private boolean registered;

    /** Whether what was not synced came out of a loss of power with holes or a wrong bit, and no core has started since. */
    private boolean damaged;

    private boolean mayRefuse;
    private int restorable;

    @SuppressWarnings("NullAway.Init") // made when the core starts, which is the first thing that happens
    private SimulatedDisk.Handle handle;

    @SuppressWarnings("NullAway.Init")
    private SimulatedJournal journal;

    @SuppressWarnings("NullAway.Init")
    private SimulatedCore core;

    private static Logger silent() {
        Logger log = Logger.getLogger("ambit.log");
        log.setLevel(Level.OFF);
        return log;
    }

    Simulation(long seed, Plan plan, Fault fault) {
        this.plan = plan;
        this.fault = fault;
        this.random = new SplittableRandom(seed);
        this.peers = new Peers(random.split());
        this.schedule = new Schedule(random.split(), trace);
        this.disk = new SimulatedDisk(random.split(), schedule, trace, fault == Fault.NEVER_SYNCS);
        this.drivers = new ModelDrivers(random.split(), schedule, trace, this::committed);
        this.coresRandom = new Seeded(random.split());
    }

    /** The core's source of randomness. */
    private static final class Seeded extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final transient SplittableRandom random;

        Seeded(SplittableRandom random) {
            this.random = random;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            random.nextBytes(bytes);
        }
    }

    /**
     * Runs it to its end.
     *
     * @throws Violation if anything is not as it must be, with what happened last
     */
    Result run() {
        try {
            disk.failAt(plan.failing() == 0 ? Long.MAX_VALUE : plan.failing());
            disk.endAt(plan.ending() == 0 ? Long.MAX_VALUE : plan.ending());
            boot();
            for (int i = 0; i < plan.steps(); i++) {
                step();
            }
            end(Optional.of(SimulatedDisk.Loss.NOTHING_STAYS));
            boot();
            stop();
            return new Result(
                    trace.hash(), trace.events(), recoveries, fromSnapshot, refusals, disk.operations(), answers);
        } catch (Violation e) {
            stop();
            throw new Violation(
                    e.getMessage() + "\nafter " + trace.events() + " events, the last of which were\n  "
                            + String.join("\n  ", trace.last()),
                    e);
        }
    }

    private void stop() {
        handle.kill();
        schedule.kill();
        journal.close();
    }

    // ---- what happens

    private void step() {
        pass(random.nextInt(40));
        int kind = random.nextInt(1000);
        if (plan.faults() && random.nextInt(1000) < FAULTS) {
            fault(random.nextInt(25));
        } else if (kind >= 992 && !snapshotting) {
            snapshotting = true;
            schedule.start("snapshot", this::snapshot);
        } else if (schedule.size() < AT_ONCE && kind < 450) {
            act();
        } else if (((kind < 650 && journal.wantsDisk()) || !schedule.step()) && journal.claimDisk()) {
            schedule.start("disk", journal::step);
        }
        disk.requireRightUse();
        if (handle.isDead()) {
            end(
                    plan.losing().isPresent()
                            ? plan.losing()
                            : random.nextBoolean() ? Optional.of(anyLoss()) : Optional.empty());
            boot();
        } else if (handle.isBroken() && random.nextInt(20) == 0) {
            end(Optional.empty());
            boot();
        }
    }

    private void pass(long ms) {
        wall += ms;
        nanos += ms * 1_000_000;
    }

    private void fault(int kind) {
        if (kind < 4) {
            end(Optional.of(anyLoss()));
            boot();
        } else if (kind < 8) {
            end(Optional.empty());
            boot();
        } else if (kind < 11) {
            trace.event("the broker is killed");
            brokers++;
            schedule.start("broker gone", this::brokerGone);
        } else if (kind < 15) {
            trace.event("the drivers are killed");
            drivers.kill();
            drivers.start();
            schedule.start("settle", this::settle);
        } else if (kind < 18) {
            disk.failAt(disk.operations() + 1 + random.nextInt(4));
        } else if (kind < 21) {
            disk.endAt(disk.operations() + 1 + random.nextInt(4));
        } else {
            long jump = random.nextInt(3) == 0
                    ? random.nextInt(8_000_000) - 4_000_000L
                    : random.nextInt(200_000) - 100_000L;
            trace.event("the wall clock jumps by " + jump);
            wall += jump;
            if (random.nextInt(4) == 0) {
                nanos += random.nextLong(3_600_000_000_000L);
            }
        }
    }

    private SimulatedDisk.Loss anyLoss() {
        SimulatedDisk.Loss[] all = SimulatedDisk.Loss.values();
        return all[random.nextInt(all.length)];
    }

    private void brokerGone() {
        try {
            core.brokerGone();
        } catch (JournalException e) {
            trace.event("not ended, for want of a log");
        }
    }

    private void snapshot() {
        try {
            journal.snapshot(SimulatedCore.fold());
            trace.event("a snapshot");
        } catch (JournalException e) {
            trace.event("no snapshot");
        } finally {
            snapshotting = false;
        }
    }

    private void settle() {
        try {
            core.settle();
        } catch (IOException e) {
            trace.event("not settled");
        } catch (JournalException e) {
            trace.event("not settled, for want of a log");
        }
    }

    /** A bad moment: the drivers have committed, and the core does not know it. */
    private void committed() {
        if (plan.faults() && random.nextInt(8) == 0) {
            disk.endAt(disk.operations() + 1);
        }
    }

    // ---- the end of a process, and the next one

    private void end(Optional<SimulatedDisk.Loss> power) {
        stop();
        trace.event("the core is killed");
        if (plan.faults() && random.nextInt(4) == 0) {
            wall -= random.nextInt(4_000_000);
        }
        lose(power);
        brokers++;
    }

    private void lose(Optional<SimulatedDisk.Loss> power) {
        power.ifPresent(loss -> {
            restorable = damaged ? restorable : disk.durableLength();
            damaged |= loss == SimulatedDisk.Loss.SCATTERED || loss == SimulatedDisk.Loss.FLIPPED;
            mayRefuse |= disk.lose(loss);
        });
    }

    private void boot() {
        while (true) {
            try {
                start();
                mayRefuse = damaged = false;
                return;
            } catch (Killed e) {
                trace.event("killed while it started");
                kill();
                lose(random.nextBoolean() ? Optional.of(anyLoss()) : Optional.empty());
            } catch (JournalException e) {
                disk.requireRightUse();
                kill();
                if (disk.isSnapshotFlipped() && disk.start() > 0) {
                    trace.event("refused until what was archived is back");
                    disk.bringBack();
                } else if (!handle.isBroken()) {
                    Violation.unless(mayRefuse, "the log is refused: %s", e.getMessage());
                    trace.event("refused");
                    refusals++;
                    disk.cutTo(restorable);
                    mayRefuse = damaged = false;
                }
            } catch (IOException e) {
                trace.event("the disk failed while the core started");
                kill();
            }
        }
    }

    private void kill() {
        handle.kill();
        if (journalOpen) {
            journal.close();
        }
    }

    private boolean journalOpen;

    private void start() throws IOException {
        journalOpen = false;
        handle = disk.open();
        refuseFlipped();
        handle = disk.open();
        if (disk.forget()) {
            mayRefuse = true;
            restorable = damaged ? restorable : disk.durableLength();
        }
        LogKey key = new LogKey(ORIGIN, peers.core);
        Optional<byte[]> floor = books.heads.isEmpty()
                ? Optional.empty()
                : Optional.of(books.heads.getLast().note().toArray());
        Journal.Stepped real = Journal.stepped(handle, key, floor, () -> nanos);
        journal = new SimulatedJournal(
                real,
                handle,
                schedule,
                appended,
                entry -> fault != Fault.FORGETS_REVOCATIONS || !(entry instanceof Entry.Revoked));
        journalOpen = true;
        Books.Fold fold = recovered();
        life++;
        bootWall = Math.max(wall, fold.lastMs);
        bootNanos = nanos;
        core = new SimulatedCore(
                ORIGIN, journal, Peers.DRIVERS, drivers, peers.core, new Wall(), () -> nanos, coresRandom);
        drivers.start();
        register();
        settle();
        probe(fold);
        requireHealthy();
    }

    /** The clock on the wall. */
    private final class Wall implements InstantSource {
        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(wall);
        }
    }

    /** What the snapshot stands for, if there is one that is whole; now and then it loses a bit, or lets old parts be archived. */
    private Optional<Snapshot> base() {
        if (disk.snapshot().isEmpty() || disk.isSnapshotFlipped()) {
            return Optional.empty();
        }
        Snapshot base = read(disk.snapshot().get());
        if (plan.faults() && random.nextInt(8) == 0) {
            disk.archive(base.offset());
        }
        if (plan.faults() && random.nextInt(8) == 0) {
            disk.flipSnapshot();
            try {
                read(disk.snapshot().get());
            } catch (JournalException e) {
                return Optional.empty();
            }
            throw new Violation("a snapshot is believed that has one wrong bit");
        }
        return Optional.of(base);
    }

    private Snapshot read(byte[] file) {
        return Snapshot.read(file, ORIGIN, List.of(peers.core.publicKey()), (_, _) -> {});
    }

    /** A disk with one wrong bit in what was synced must not open; before the snapshot, whoever reads all of it must see it. */
    private void refuseFlipped() throws IOException {
        if (damaged || disk.hasUnsynced() || !plan.faults() || disk.durableLength() == 0) {
            return;
        }
        Optional<Snapshot> base = base();
        if (base.isEmpty() && disk.start() > 0) {
            return;
        }
        int begin = Math.toIntExact(base.map(Snapshot::offset).orElse(0L));
        boolean all = disk.start() == 0 && random.nextInt(3) == 0;
        Runnable restore = disk.keep();
        long operations = disk.operations();
        String where = disk.flip(all ? 0 : begin);
        try {
            LogKey key = new LogKey(ORIGIN, peers.core);
            if (all) {
                walk();
            } else {
                Journal.stepped(handle, key, Optional.empty(), () -> nanos);
            }
        } catch (JournalException e) {
            Violation.unless(disk.operations() == operations, "a log that is refused was written to");
            trace.event("refused, as it must be: one wrong " + where);
            return;
        } finally {
            restore.run();
        }
        throw new Violation("a log opens with one wrong " + where);
    }

    /** Reads all entries, as an auditor does. */
    private void walk() throws IOException {
        Checkpoint checkpoint = Checkpoint.open(
                handle.checkpoint().orElseThrow(),
                ORIGIN,
                List.of(VerifierKey.ed25519(ORIGIN, peers.core.publicKey())));
        new Records(handle::read, List.of(checkpoint.head())).walk(handle.length(), (_, _) -> {});
    }

    /** What the disk holds is what was appended, up to some point, and all that was acknowledged. */
    private Books.Fold recovered() {
        recoveries++;
        SimulatedJournal.Found found = journal.found();
        int size = (int) journal.size();
        int first = size - found.rest().size();
        trace.event("recovered " + first + " + " + found.rest().size() + " of " + appended.size());
        Violation.unless(size <= appended.size(), "there are more entries than were appended");
        for (int i = first; i < size; i++) {
            Violation.unless(
                    Arrays.equals(found.rest().get(i - first), appended.get(i)),
                    "entry %d is not what was appended",
                    i);
        }
        while (appended.size() > size) {
            appended.removeLast();
        }
        Violation.unless(first == 0 || !disk.isSnapshotFlipped(), "a start from a snapshot with a wrong bit");
        if (first > 0) {
            fromSnapshot++;
            Books.checkSum(found.sum(), found.rest(), appended);
        }
        return books.check(appended, drivers);
    }

    private void requireHealthy() {
        if (handle.isBroken() || handle.isDead()) {
            throw new Killed();
        }
    }

    private void register() {
        CoreToAdmin reply = core.administer(peers.register());
        requireHealthy();
        Violation.unless(reply instanceof CoreToAdmin.Registered, "the tenant is not known: %s", reply);
        if (!registered) {
            registered = true;
        }
    }

    /** What the core itself says of each grant. */
    private void probe(Books.Fold fold) {
        for (Given each : books.given) {
            Request request = peers.request(each.signed(), wall);
            CoreToBroker reply = core.answer(peers.admission(each.signed(), request));
            requireHealthy();
            Set<Blob> names = Set.of(each.grant().id(), each.signed().sha256());
            boolean revoked = names.stream().anyMatch(books.revoked::contains);
            boolean revoking = names.stream().anyMatch(books.revoking::contains);
            boolean expired = fold.lastMs >= each.grant().expires() * 1000;
            if (reply instanceof Admitted admitted) {
                Violation.unless(!revoked, "a revoked grant is admitted after a restart");
                Violation.unless(!expired, "a grant that had expired is admitted after a restart");
                for (int cap = 0; cap < Peers.TOKENS; cap++) {
                    long limit = each.grant().caps().get(cap).uses();
                    long taken = fold.taken(each.signed().sha256(), cap);
                    long left = admitted.capabilities().get(cap).usesLeft();
                    Violation.unless(limit < 0 || left <= limit - taken, "%d left of %d after %d", left, limit, taken);
                }
                end(admitted, End.KILLED);
            } else if (reply instanceof Denied denied) {
                Violation.unless(
                        denied.code() != Denial.REVOKED || revoking,
                        "a grant that nobody revoked is refused as revoked");
            }
        }
        for (BrokerToCore.Admit old :
                books.admissions.subList(Math.max(0, books.admissions.size() - 3), books.admissions.size())) {
            Violation.unless(core.answer(old) instanceof Denied, "a transaction begins again after a restart");
        }
    }

    private void end(Admitted admitted, End how) {
        core.answer(new BrokerToCore.EndContext(admitted.context(), how, 0, Blob.EMPTY));
    }

    // ---- what the peers do

    private void act() {
        int kind = random.nextInt(100);
        if (books.given.isEmpty() || (kind < 3 && books.given.size() < MOST_GRANTS)) {
            Grant grant = peers.grant(wall);
            Blob signed = peers.sign(grant);
            books.given.add(new Given(grant, signed, new Block(signed.sha256(), Blob.EMPTY)));
        } else if (kind < 15 || books.runs.isEmpty()) {
            Given from = pick(books.given);
            Request request = peers.request(from.signed(), wall);
            start("admit", broker -> admit(from, request, broker));
        } else if (kind < 55) {
            Run run = some();
            start("call", broker -> call(run, random.nextInt(2), broker));
        } else if (kind < 75) {
            if (!books.issued.isEmpty()) {
                Issued one = recent(books.issued);
                schedule.start("outcome", () -> outcome(one));
            }
        } else if (kind < 81) {
            Run run = some();
            start("spawn", broker -> spawn(run, broker));
        } else if (kind < 87) {
            Run run = some();
            start("end", broker -> end(run));
        } else if (kind < 90) {
            start("replay", broker -> replay());
        } else if (kind < 92) {
            Blob target = random.nextBoolean()
                    ? pick(books.given).grant().id()
                    : pick(List.copyOf(new java.util.TreeSet<>(some().names)));
            schedule.start("revoke", () -> revoke(target));
        } else if (kind < 93) {
            Run run = some();
            schedule.start("stop", () -> stop(run));
        } else if (kind < 96) {
            schedule.start("checkpoint", this::checkpoint);
        } else {
            start("poll", broker -> note(core.answer(new BrokerToCore.Poll())));
        }
    }

    /** What a request of the broker does; it hears the answer only while {@code broker} is the one that lives. */
    @FunctionalInterface
    private interface Asking {
        void ask(long broker);
    }

    private void start(String name, Asking asking) {
        long broker = brokers;
        schedule.start(name, () -> asking.ask(broker));
    }

    private boolean heard(long broker) {
        return broker == brokers;
    }

    private void requireDurable(long index, String what) {
        Violation.unless(journal.isDurable(index), "%s is answered before entry %d is durable", what, index);
    }

    private void note(CoreToBroker reply) {
        String what = reply instanceof Denied denied
                ? denied.code().toString()
                : reply.getClass().getSimpleName();
        trace.event(what);
        answers.merge(what, 1, Integer::sum);
        if (reply instanceof Denied denied) {
            Violation.unless(denied.code() != Denial.INTERNAL, "the core failed: %s", denied.sentence());
        }
    }

    private void admit(Given from, Request request, long broker) {
        BrokerToCore.Admit admission = peers.admission(from.signed(), request);
        CoreToBroker reply = core.answer(admission);
        note(reply);
        if (reply instanceof Admitted admitted && heard(broker)) {
            requireDurable(admitted.logIndex(), "an admission");
            books.place(admitted.logIndex(), admitted.context());
            books.admissions.add(admission);
            Block block = new Block(admission.request().sha256(), Blob.EMPTY);
            Set<Blob> names = Set.of(
                    from.grant().id(),
                    from.signed().sha256(),
                    request.transaction(),
                    admission.request().sha256());
            requireUnrevoked(names, "an admission");
            books.runs.add(new Run(from, admitted, List.of(from.block(), block), names, life, broker));
        }
    }

    private void requireUnrevoked(Set<Blob> names, String what) {
        Violation.unless(names.stream().noneMatch(books.revoked::contains), "%s after the revocation", what);
    }

    private void call(Run run, int cap, long broker) {
        String path = PATHS[random.nextInt(PATHS.length)];
        Run whose = random.nextInt(20) == 0 ? some() : run;
        Blob params = Blob.of(("{\"path\":\"" + path + "\",\"call\":" + calls++ + "}").getBytes(UTF_8));
        books.ask(params.sha256());
        CoreToBroker reply = core.answer(new BrokerToCore.Decide(
                run.admitted.context(),
                Syscall.TOOL_CALL,
                whose.admitted.capabilities().get(cap).handle(),
                params));
        note(reply);
        if (reply instanceof Denied denied) {
            books.deny(params.sha256(), denied.code());
            run.expired |= denied.code() == Denial.EXPIRED && run.life == life;
        } else if (reply instanceof Permitted permitted) {
            permitted(run, cap, permitted, heard(broker), path.startsWith("/repo") && whose == run);
        }
    }

    private void permitted(Run run, int cap, Permitted permitted, boolean heard, boolean right) {
        Violation.unless(right, "a call is allowed that violates a constraint, or names another's handle");
        Violation.unless(run.life == life, "a context of an earlier process is alive");
        Violation.unless(!run.expired, "a context that had expired acts again");
        long steady = Math.max(wall, bootWall + (nanos - bootNanos) / 1_000_000);
        Violation.unless(steady < run.admitted.expiresAtMs(), "a context acts after its time");
        requireUnrevoked(run.names, "a permit");
        Permit permit = permit(permitted);
        Issued one = new Issued(run, cap, permit);
        if (!heard) {
            return;
        }
        books.issue(one);
        // Both are counted, so both are spent before anybody has the permit.
        requireDurable(permitted.logIndex(), "a permit");
        books.place(permitted.logIndex(), permit.id());
        Books.tell(run.chain, cap, 1);
        Books.tell(run.chain, Peers.TOKENS, Peers.RESERVED);
    }

    private static Permit permit(Permitted permitted) {
        try {
            return Permit.parse(Cose.parse(permitted.permit()).payload());
        } catch (MalformedException e) {
            throw new Violation("a permit is malformed", e);
        }
    }

    /** The driver acts on the permit, once, and its receipt goes to the core, perhaps again and again. */
    private void outcome(Issued one) {
        long tokens = Math.floorMod(one.permit.sequence(), Peers.RESERVED + 1);
        if (!one.executed) {
            one.executed = true;
            Books.tell(one.run.chain, Peers.TOKENS, tokens - Peers.RESERVED);
        }
        DriverToCore.Outcome receipt = peers.receipt(one.permit, wall, tokens);
        CoreToDriver reply = core.outcome(peers.receiptKey(), receipt);
        trace.event("outcome " + reply.getClass().getSimpleName());
        if (reply instanceof CoreToDriver.Recorded recorded) {
            Violation.unless(!one.recorded, "a permit is accepted twice");
            one.recorded = true;
            requireDurable(recorded.logIndex(), "an outcome");
            books.place(recorded.logIndex(), one.permit.id());
        }
    }

    private void spawn(Run parent, long broker) {
        Blob handle = parent.admitted.capabilities().get(Peers.CHILD).handle();
        Blob params = Blob.utf8("{\"handle\":\"" + handle.toHex() + "\"}");
        CoreToBroker reply =
                core.answer(new BrokerToCore.Spawn(parent.admitted.context(), handle, peers.less(), params));
        note(reply);
        if (reply instanceof Admitted admitted && heard(broker)) {
            requireDurable(admitted.logIndex(), "a child");
            requireUnrevoked(parent.names, "a child");
            books.place(admitted.logIndex(), admitted.context());
            Books.tell(parent.chain, Peers.CHILD, 1);
            List<Block> chain = new ArrayList<>(parent.chain);
            chain.add(new Block(Blob.EMPTY, admitted.context()));
            books.runs.add(new Run(parent.given, admitted, chain, new HashSet<>(parent.names), life, broker));
        }
    }

    private void end(Run run) {
        End how = random.nextBoolean() ? End.SUCCESS : End.AGENT_FAILED;
        CoreToBroker reply = core.answer(new BrokerToCore.EndContext(run.admitted.context(), how, 0, Blob.EMPTY));
        note(reply);
        run.over = true;
        if (reply instanceof CoreToBroker.Ended ended) {
            requireDurable(ended.logIndex(), "an end");
            books.place(ended.logIndex(), run.admitted.context());
        }
    }

    private void replay() {
        if (!books.admissions.isEmpty()) {
            CoreToBroker reply = core.answer(recent(books.admissions));
            note(reply);
            Violation.unless(reply instanceof Denied, "a transaction begins again");
        }
    }

    private void revoke(Blob target) {
        books.revoking.add(target);
        if (core.administer(peers.revoke(target, wall)) instanceof CoreToAdmin.Revoked told) {
            trace.event("revoked");
            requireDurable(told.logIndex(), "a revocation");
            books.place(told.logIndex(), target);
            books.revoked.add(target);
        }
    }

    private void stop(Run run) {
        if (core.administer(new AdminToCore.Stop(run.admitted.transaction(), "test"))
                instanceof CoreToAdmin.Stopped told) {
            trace.event("stopped");
            requireDurable(told.logIndex(), "a stop");
        }
    }

    private void checkpoint() {
        if (core.administer(new AdminToCore.Checkpoint()) instanceof CoreToAdmin.Checkpointed told) {
            byte[] note = told.note().getBytes(UTF_8);
            Checkpoint checkpoint =
                    Checkpoint.open(note, ORIGIN, List.of(VerifierKey.ed25519(ORIGIN, peers.core.publicKey())));
            trace.event("checkpoint over " + checkpoint.head().size());
            books.heads.add(
                    new Books.Head(checkpoint.head().size(), checkpoint.head().root(), Blob.of(note)));
        }
    }

    /** A context, one that lives more often than the others. */
    private Run some() {
        List<Run> alive = random.nextInt(8) == 0
                ? List.of()
                : books.runs.stream()
                        .filter(run -> run.life == life && run.broker == brokers && !run.over)
                        .toList();
        return alive.isEmpty() ? recent(books.runs) : pick(alive);
    }

    private <T> T recent(List<T> from) {
        int newest = random.nextInt(4) == 0 ? from.size() : Math.min(from.size(), 6);
        return from.get(from.size() - 1 - random.nextInt(newest));
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
