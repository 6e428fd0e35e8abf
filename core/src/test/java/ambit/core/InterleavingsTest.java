package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.audit.LogVerifier;
import ambit.authority.Bitmap;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Grant;
import ambit.authority.Less;
import ambit.authority.Narrowing;
import ambit.authority.Permit;
import ambit.authority.Request;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.End;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of everything that can happen to a core, each answer compared with that of {@link Model}: allowed where it allows,
 * refused for its reason where it refuses, and the counts its own, over narrowing, revocation, clocks that jump, crashes and restarts.
 *
 * <p>A failure names its seed; {@code -Dinterleavings.seed=N} runs that one alone, {@code -Dinterleavings.seeds=N} so many.
 */
class InterleavingsTest {
    private static final int CAPS = 3;
    private static final int CHILD = 2;
    private static final int STEPS = 200;
    private static final String[] PATHS = {"/repo", "/repo/a", "/repo/a/b", "/repo/b", "/etc", "/repository"};
    private static final String[] PREFIXES = {"", "", "/repo/a", "/repo/"};

    @TempDir
    Path directory;

    private final EnumMap<Denial, Integer> refusals = new EnumMap<>(Denial.class);
    private final Map<String, Integer> done = new HashMap<>();

    private SplittableRandom random = new SplittableRandom(0);

    @SuppressWarnings("NullAway.Init") // each seed has one of its own
    private World world;

    private Model model = new Model();
    private List<Model.Given> given = new ArrayList<>();
    private Map<Permit, Boolean> permits = new HashMap<>();
    private List<String> steps = new ArrayList<>();

    @Test
    void theCoreAnswersAsTheModelDoesWhateverHappensInWhateverOrder() throws Exception {
        long one = Long.getLong("interleavings.seed", -1);
        long seeds = one >= 0 ? one + 1 : Long.getLong("interleavings.seeds", 10);
        for (long seed = Math.max(one, 0); seed < seeds; seed++) {
            try {
                run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", after " + String.join(", ", steps), e);
            }
        }
        if (one < 0) {
            assertThat(done.keySet())
                    .contains("allowed", "admitted", "spawned", "recorded", "revoked", "stopped", "ended", "restarted");
            assertThat(refusals.keySet())
                    .contains(
                            Denial.CONSTRAINT,
                            Denial.USES_EXHAUSTED,
                            Denial.EXPIRED,
                            Denial.NOT_YET_VALID,
                            Denial.REVOKED,
                            Denial.CONTEXT_ENDED,
                            Denial.REPLAYED);
        }
    }

    private void run(long seed) throws Exception {
        random = new SplittableRandom(seed);
        model = new Model();
        given = new ArrayList<>();
        permits = new HashMap<>();
        steps = new ArrayList<>();
        try (World fresh = new World(Files.createDirectory(directory.resolve("world" + seed)))) {
            world = fresh;
            world.generations = 4;
            model.started(world.now);
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            sumUp();
            world.revoke(world.alice.publicKey(), world.root);
            model.revoked.add(world.alice.publicKey());
            model.runs.forEach(run -> run.names.add(world.alice.publicKey()));
            model.runs.forEach(this::callOf);
            assertThat(world.verify()).isInstanceOf(LogVerifier.Intact.class);
        }
    }

    private void step() {
        int kind = random.nextInt(100);
        steps.add(Integer.toString(kind));
        if (given.isEmpty() || kind < 3) {
            give();
        } else if (kind < 15 || model.runs.isEmpty()) {
            admit();
        } else if (kind < 60) {
            callOf(some());
        } else if (kind < 72) {
            finish();
        } else if (kind < 82) {
            spawn(some());
        } else if (kind < 85) {
            revoke();
        } else if (kind < 87) {
            stop(pick(model.runs));
        } else if (kind < 92) {
            end(some());
        } else if (kind < 98) {
            jump();
        } else {
            crash();
        }
    }

    private void give() {
        Grant grant = world.grant(
                World.tool("files.write", random.nextInt(8), false),
                World.tool("files.read", random.nextInt(3) == 0 ? -1 : random.nextInt(12), true),
                World.child("agent.helper", random.nextInt(3) == 0 ? random.nextInt(3) : 12));
        Model.Block block = new Model.Block(CAPS);
        for (int cap = 0; cap < CAPS; cap++) {
            block.limits[cap] = grant.caps().get(cap).uses();
        }
        given.add(new Model.Given(grant, world.signed(grant), block));
    }

    /** A narrowing of one capability; {@code index} is how the narrower calls it. */
    private Narrowing narrowing(int index, int cap, Model.Block block) {
        block.limits[cap] = random.nextInt(cap == CHILD ? 6 : 2) > 0 ? -1 : random.nextInt(5);
        block.prefixes[cap] = cap == CHILD ? "" : PREFIXES[random.nextInt(PREFIXES.length)];
        List<Constraint> constraints = block.prefixes[cap].isEmpty()
                ? List.of()
                : List.of(new Constraint(
                        "path", Constraint.Kind.PREFIX, List.of(Cbor.of(block.prefixes[cap])), random.nextBoolean()));
        return new Narrowing(index, constraints, block.limits[cap], false);
    }

    private List<Narrowing> narrowings(List<Integer> held, Model.Block block) {
        List<Narrowing> narrowings = new ArrayList<>();
        for (int index = 0; index < held.size(); index++) {
            if (random.nextInt(3) == 0) {
                narrowings.add(narrowing(index, held.get(index), block));
            }
        }
        return narrowings;
    }

    private void admit() {
        Model.Given from = pick(given);
        Model.Block block = new Model.Block(CAPS);
        Request plain = world.request(from.bytes());
        Request request = new Request(
                plain.parent(),
                plain.transaction(),
                plain.issuedAt(),
                plain.expires(),
                plain.agent(),
                plain.agentSpec(),
                drop(List.of(0, 1, 2), block),
                narrowings(List.of(0, 1, 2), block),
                plain.inherits(),
                plain.input());
        Blob signed = world.signed(request);
        Optional<Denial> expected = model.admit(from, world.now);
        CoreToBroker reply = world.admit(from.bytes(), signed);
        if (!same("admitted", expected, reply)) {
            return;
        }
        long expires = Math.min(from.grant().expires(), request.expires()) * 1000;
        Model.Run run = new Model.Run((Admitted) reply, from, List.of(from.block(), block), expires);
        run.names.addAll(List.of(
                from.grant().id(),
                from.bytes().sha256(),
                request.transaction(),
                signed.sha256(),
                from.grant().holder()));
        model.runs.add(run);
        assertThat(names(run)).isEqualTo(held(run));
        assertThat(world.admit(from.bytes(), signed)).isInstanceOf(CoreToBroker.Denied.class);
    }

    private Blob drop(List<Integer> held, Model.Block block) {
        List<Integer> dropped = new ArrayList<>();
        for (int index = 0; index < held.size(); index++) {
            if (random.nextInt(8) == 0) {
                dropped.add(index);
                block.dropped.add(held.get(index));
            }
        }
        return Bitmap.of(dropped);
    }

    private static List<String> names(Model.Run run) {
        return run.admitted.capabilities().stream()
                .map(CoreToBroker.Bound::name)
                .toList();
    }

    private static List<String> held(Model.Run run) {
        List<Cap> caps = run.given.grant().caps();
        return run.held.stream().map(cap -> caps.get(cap).name()).toList();
    }

    private void callOf(Model.Run run) {
        List<Integer> tools = run.held.stream().filter(cap -> cap != CHILD).toList();
        if (tools.isEmpty()) {
            return;
        }
        int cap = pick(tools);
        String path = PATHS[random.nextInt(PATHS.length)];
        Optional<Denial> expected = model.call(run, cap, path, world.now);
        Blob handle = World.handle(run.admitted, run.held.indexOf(cap));
        CoreToBroker reply = world.call(run.admitted, handle, "{\"path\":\"" + path + "\"}");
        if (same("allowed", expected, reply)) {
            run.use(cap);
            permits.put(World.permit(reply), true);
            assertThat(((Permitted) reply).left())
                    .isEqualTo(run.chain.stream()
                            .filter(block -> block.limits[cap] >= 0)
                            .mapToLong(block -> block.limits[cap] - block.used[cap])
                            .min()
                            .orElse(-1));
        }
    }

    /** A driver's receipt for any permit there ever was: good once, and only of a core that did not restart since. */
    private void finish() {
        if (permits.isEmpty()) {
            return;
        }
        Permit permit = pick(List.copyOf(permits.keySet()));
        Optional<Denial> expected =
                Boolean.TRUE.equals(permits.put(permit, false)) ? Optional.empty() : Optional.of(Denial.REPLAYED);
        CoreToDriver reply = world.outcome(world.receipt(permit));
        Optional<Denial> found =
                reply instanceof CoreToDriver.Denied denied ? Optional.of(denied.code()) : Optional.empty();
        assertThat(found).isEqualTo(expected);
        count("recorded", expected);
    }

    private void spawn(Model.Run parent) {
        if (!parent.held.contains(CHILD)) {
            return;
        }
        Model.Block block = new Model.Block(CAPS);
        Blob drop = drop(parent.held, block);
        Blob less = new Less(drop, narrowings(parent.held, block)).toBlob();
        Optional<Denial> expected = model.spawn(parent, CHILD, world.now);
        CoreToBroker reply = world.spawn(parent.admitted, parent.held.indexOf(CHILD), less);
        if (!same("spawned", expected, reply)) {
            return;
        }
        parent.use(CHILD);
        List<Model.Block> chain = new ArrayList<>(parent.chain);
        chain.add(block);
        Model.Run child = new Model.Run((Admitted) reply, parent.given, chain, parent.expiresMs);
        child.names.addAll(parent.names);
        child.names.add(world.log().stream()
                .filter(Entry.Spawned.class::isInstance)
                .map(entry -> ((Entry.Spawned) entry).delegationHash())
                .reduce(Blob.EMPTY, (_, last) -> last));
        parent.children.add(child);
        model.runs.add(child);
        assertThat(names(child)).isEqualTo(held(child));
    }

    private void revoke() {
        Blob target = random.nextInt(4) == 0
                ? pick(given).grant().id()
                : pick(pick(model.runs).names.stream()
                        .filter(name -> !name.equals(world.alice.publicKey()))
                        .toList());
        assertThat(world.revoke(target, random.nextInt(5) == 0 ? world.alice : world.root))
                .isInstanceOfAny(CoreToAdmin.Revoked.class, CoreToAdmin.Denied.class)
                .satisfies(reply -> {
                    if (reply instanceof CoreToAdmin.Revoked) {
                        model.revoked.add(target);
                        count("revoked", Optional.empty());
                    }
                });
    }

    private void stop(Model.Run run) {
        String id = run.admitted.transaction();
        List<Model.Run> meant = model.runs.stream()
                .filter(it -> !it.over)
                .filter(it -> (it.admitted.transaction() + ".").startsWith(id + "."))
                .toList();
        CoreToAdmin reply = world.admin(new AdminToCore.Stop(id, "test"));
        assertThat(reply instanceof CoreToAdmin.Stopped).isEqualTo(!meant.isEmpty());
        meant.forEach(it -> it.stopped = true);
        count("stopped", Optional.empty());
    }

    private void end(Model.Run run) {
        End how = random.nextBoolean() ? End.SUCCESS : End.AGENT_FAILED;
        Optional<Denial> expected = run.over ? Optional.of(Denial.CONTEXT_ENDED) : Optional.empty();
        same("ended", expected, world.end(run.admitted, how));
        run.end();
    }

    /** The wall's clock goes on, far on, or back. */
    private void jump() {
        world.now += switch (random.nextInt(5)) {
            case 0 -> -random.nextInt(2_000_000);
            case 1 -> 200_000L + random.nextInt(500_000);
            default -> random.nextInt(60_000);
        };
        world.core.answer(new BrokerToCore.Poll());
        model.look(world.now);
    }

    private void crash() {
        if (random.nextBoolean()) {
            world.snapshot();
        }
        world.restart();
        model.started(world.log().getLast().atMs());
        model.runs.forEach(run -> run.over = true);
        permits.replaceAll((_, _) -> false);
        count("restarted", Optional.empty());
    }

    private boolean same(String what, Optional<Denial> expected, CoreToBroker reply) {
        Optional<Denial> found =
                reply instanceof CoreToBroker.Denied denied ? Optional.of(denied.code()) : Optional.empty();
        assertThat(found).as("%s: %s", what, reply).isEqualTo(expected);
        count(what, expected);
        return expected.isEmpty();
    }

    private void count(String what, Optional<Denial> refused) {
        refused.ifPresentOrElse(code -> refusals.merge(code, 1, Integer::sum), () -> done.merge(what, 1, Integer::sum));
    }

    /** The log by itself: what it says was used is what the model says, and no limit is passed. */
    private void sumUp() {
        Map<String, Long> uses = new HashMap<>();
        Map<String, Long> limits = new HashMap<>();
        for (Entry entry : world.log()) {
            List<Entry.Debit> debits = switch (entry) {
                case Entry.Allowed e -> e.debits();
                case Entry.Spawned e -> e.debits();
                default -> List.of();
            };
            for (Entry.Debit debit : debits) {
                String node = debit.block().toHex() + "/" + debit.account();
                assertThat(uses.merge(node, 1L, Long::sum)).isEqualTo(debit.taken());
                limits.put(node, debit.limit());
            }
        }
        uses.forEach(
                (node, used) -> assertThat(limits.getOrDefault(node, 0L) < 0 || used <= limits.getOrDefault(node, 0L))
                        .isTrue());
        for (Model.Given from : given) {
            for (int cap = 0; cap < CAPS; cap++) {
                assertThat(uses.getOrDefault(from.bytes().sha256().toHex() + "/" + cap, 0L))
                        .isEqualTo(from.block().used[cap]);
            }
        }
    }

    /** A run, the newest ones more often than the others. */
    private Model.Run some() {
        int newest = Math.min(model.runs.size(), 6);
        return random.nextInt(4) == 0
                ? pick(model.runs)
                : pick(model.runs.subList(model.runs.size() - newest, model.runs.size()));
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
