package ambit.attacks.leak;

import ambit.attacks.Configuration;
import ambit.attacks.Installation;
import ambit.attacks.Mode;
import ambit.attacks.Outcome;
import ambit.attacks.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One kernel with two tenants, whose principals and namespaces have the same names; one of them attacks. */
final class Neighbours implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{16,128}");
    private static final String REMEMBERED = """
            remembers:
              own: 4 MiB
              user/notes: read-write
              user/library: [read-write, search]
              tenant/handbook: read-write
              tenant/shelf: [read-write, search]
              tenant/vault: [read-write, search]
            """;

    /** After which a supervisor gives up, if they come within two minutes. */
    private static final int MOST_RESTARTS = 5;

    private final Installation ambit;
    private final long seed;
    private final int each;
    private final String section;
    private final List<Plant> planted = new ArrayList<>();
    private int restarts;

    private Neighbours(Installation ambit, int each, long seed, String section) {
        this.section = section;
        this.ambit = ambit;
        this.each = each;
        this.seed = seed;
    }

    private static Configuration configuration(String tenant, String section) {
        return Configuration.usual()
                .section(section)
                .tenant(tenant)
                .principal("alice", "thief", "owner")
                .principal("bob", "owner")
                .agent("owner", "may-use: {retriever.add: {where: any}}\n" + REMEMBERED)
                .agent("thief", """
                        may-use:
                          retriever.search: {where: any}
                          memory.list: {where: any}
                          memory.history: {where: any}
                          memory.provenance: {where: any}
                          memory.pending: {where: any}
                          memory.review: {where: any}
                        remembers:
                          own: 1 MiB
                          user/notes: read
                          user/library: [read, search]
                          tenant/handbook: read
                          tenant/shelf: [read, search]
                        may-start: {child: 10000}
                        limits: {time: 60 min, cpu: 30 min, output: 64 MiB}
                        """);
    }

    /**
     * A kernel where alice has so many texts in each place, and nobody else has anything.
     *
     * @param section more of {@code ambit.yaml}
     */
    static Neighbours make(int each, long seed, String section) throws Exception {
        Installation ambit = Installation.make(Mode.best(), configuration("acme", section));
        Neighbours made = new Neighbours(ambit, each, seed, section);
        ambit.up();
        made.plant(
                "alice",
                Owner.ALICE,
                List.of("user/notes", "tenant/handbook"),
                List.of("user/library", "tenant/shelf"));
        made.write("ids.json", ids(new TreeSet<>(), seed));
        return made;
    }

    /** All that others have, or will have once they plant it. */
    static List<Plant> foreign(int each, long seed) {
        List<Plant> plants = new ArrayList<>();
        plants.addAll(of(Owner.BOB, each, seed, List.of("", "user/notes"), List.of("user/library")));
        plants.addAll(of(Owner.EARLIER, each, seed, List.of(""), List.of()));
        plants.addAll(of(Owner.VAULT, each, seed, List.of("tenant/vault"), List.of("tenant/vault")));
        plants.addAll(of(
                Owner.RIVAL,
                each,
                seed,
                List.of("", "user/notes", "tenant/handbook"),
                List.of("user/library", "tenant/shelf", "tenant/vault")));
        plants.addAll(of(Owner.LIVE, each, seed, List.of(""), List.of()));
        return plants;
    }

    static List<Plant> own(int each, long seed) {
        return of(
                Owner.ALICE,
                each,
                seed,
                List.of("user/notes", "tenant/handbook"),
                List.of("user/library", "tenant/shelf"));
    }

    private static List<Plant> of(Owner owner, int each, long seed, List<String> memory, List<String> documents) {
        List<Plant> plants = new ArrayList<>();
        memory.forEach(it -> plants.addAll(Plant.some(owner, it, false, each, seed)));
        documents.forEach(it -> plants.addAll(Plant.some(owner, it, true, each, seed)));
        return plants;
    }

    List<Plant> planted() {
        return planted;
    }

    private void plant(String principal, Owner owner, List<String> memory, List<String> documents) throws Exception {
        plant(principal, of(owner, each, seed, memory, documents));
    }

    private void plant(String principal, List<Plant> plants) throws Exception {
        write("plants.json", plants.stream().map(Plant::json).toList());
        ambit.guest(principal, "owner", "import leaks; leaks.plant('plants')").exits(0);
        planted.addAll(plants);
    }

    private void write(String name, Object value) throws Exception {
        Files.writeString(ambit.root().resolve("guest").resolve(name), JSON.writeValueAsString(value));
    }

    /** The answers to all attempts, first when nobody else had anything and then when everybody had. */
    Answers attempt(List<Attempt> attempts) throws Exception {
        StringBuilder lines = new StringBuilder();
        attempts.forEach(it -> lines.append(JSON.writeValueAsString(it.json())).append('\n'));
        Files.writeString(ambit.root().resolve("guest/attempts.jsonl"), lines);
        try (Running thief = ambit.beginTalk("alice", "thief", "import leaks; leaks.everything('a')")) {
            awaited(thief, "RESULTS BEFORE");
            try (Running live = plantedByOthers()) {
                thief.type("go on");
                awaited(thief, "RESULTS AFTER");
                live.type("end");
                live.endInput();
                live.finish().exits(1);
            }
            thief.endInput();
            Outcome ended = thief.finish().exits(0);
            return new Answers(attempts, answers(ended, "BEFORE"), answers(ended, "AFTER"));
        }
    }

    /** Everybody plants; one transaction of the attacker's own principal stays alive with what it has staged. */
    private Running plantedByOthers() throws Exception {
        List<Plant> foreign = foreign(each, seed);
        plant("bob", foreign.stream().filter(it -> it.owner() == Owner.BOB).toList());
        plant(
                "alice",
                foreign.stream().filter(it -> it.owner() == Owner.EARLIER).toList());
        plant("bob", foreign.stream().filter(it -> it.owner() == Owner.VAULT).toList());
        exchangeTenants("acme", "rival");
        plant("alice", foreign.stream().filter(it -> it.owner() == Owner.RIVAL).toList());
        exchangeTenants("rival", "acme");
        List<Plant> staged =
                foreign.stream().filter(it -> it.owner() == Owner.LIVE).toList();
        write("staged.json", staged.stream().map(Plant::json).toList());
        Running live = ambit.beginTalk("alice", "owner", "import leaks; leaks.alive('staged')");
        String told = awaited(live, "PLANTED");
        planted.addAll(staged);
        SortedSet<String> known = new TreeSet<>();
        JSON.readTree(told.substring(told.indexOf('['))).forEach(it -> known.add(it.asString()));
        idsFromTheLog(known);
        write("ids.json", ids(known, seed));
        return live;
    }

    /** Another tenant's keys and grants take the place of one's; the kernel stays, and knows both. */
    private void exchangeTenants(String from, String to) throws Exception {
        Path state = ambit.state();
        for (String name : List.of("keys", "grants")) {
            Path there = state.resolve(name);
            Files.move(there, state.resolve(name + "." + from));
            if (Files.exists(state.resolve(name + "." + to))) {
                Files.move(state.resolve(name + "." + to), there);
            }
        }
        ambit.configure(configuration(to, section));
        if (!Files.exists(state.resolve("keys"))) {
            Path other = ambit.root().resolve(to);
            ambit.begin(Map.of("AMBIT_STATE", other.toString()), "init", "--principal", "alice", "--principal", "bob")
                    .finish()
                    .exits(0);
            Files.move(other.resolve("keys"), state.resolve("keys"));
        }
    }

    /** What the log says of others, and what else is known; where that is nothing, made-up ids. */
    private static List<String> ids(SortedSet<String> known, long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[16];
        while (known.size() < 64) {
            random.nextBytes(bytes);
            known.add(HexFormat.of().formatHex(bytes));
        }
        return List.copyOf(known);
    }

    /** Every id in the log. */
    private void idsFromTheLog(SortedSet<String> into) throws Exception {
        for (JsonNode entry : ambit.log()) {
            HEX.matcher(entry.toString()).results().forEach(it -> into.add(it.group()));
        }
    }

    private static String awaited(Running running, String word) {
        String shown = "";
        while (true) {
            String out = running.out();
            int at = out.indexOf(word);
            if (at >= 0 && out.indexOf('\n', at) > 0) {
                return out.substring(at, out.indexOf('\n', at));
            }
            if (!running.isAlive()) {
                throw new AssertionError("ended before it said " + word + ": " + out + running.err());
            }
            String last = out.substring(Math.max(0, out.lastIndexOf("ATTEMPTS")));
            if (last.startsWith("ATTEMPTS") && !last.equals(shown)) {
                System.out.println("leaks: " + last.strip().split("\n", -1)[0].substring(9) + " attempts");
                shown = last;
            }
            LockSupport.parkNanos(200_000_000);
        }
    }

    private static List<Answer> answers(Outcome ended, String moment) {
        String line = ended.out()
                .lines()
                .filter(it -> it.startsWith("RESULTS " + moment))
                .findFirst()
                .orElseThrow();
        List<Answer> answers = new ArrayList<>();
        for (JsonNode it : JSON.readTree(line.substring(line.indexOf('[')))) {
            boolean leaked = it.get(3).asInt() == 1;
            boolean own = it.get(4).asInt() == 1;
            String begins = it.get(1).asInt() + " " + it.get(6).asString();
            answers.add(new Answer(
                    it.get(0).asInt(),
                    it.get(2).asString(),
                    leaked,
                    own,
                    it.get(5).asLong(),
                    begins));
        }
        answers.sort(Comparator.comparingInt(Answer::number));
        return answers;
    }

    /**
     * Bob stages texts, and a process of the kernel is killed before the transaction ends or while it does; then the same user looks for them. All must
     * be there, where it may have ended, or nothing.
     */
    Finding crashes(int rounds) throws Exception {
        Finding found = new Finding(0, 0, 0);
        for (int round = 0; round < rounds; round++) {
            int name = round;
            List<Plant> plants = Plant.some(Owner.KILLED, "user/notes", false, each, seed + 1 + round).stream()
                    .map(it -> it.renamed("round-" + name + "-" + it.number()))
                    .toList();
            boolean mayHaveEnded = round % 2 == 1;
            if (restarts == MOST_RESTARTS) {
                ambit.down();
                ambit.up();
                restarts = 0;
            }
            killed(plants, round % 4 < 2 ? "drivers" : "core", mayHaveEnded, new Random(seed + round));
            long there = ambit.guest("bob", "owner", "import leaks; say(there=leaks.there('staged'))")
                    .exits(0)
                    .said()
                    .get("there")
                    .asLong();
            boolean whole = mayHaveEnded && there == plants.size();
            found = found.plus(new Finding(plants.size(), whole ? 0 : (int) there, 0));
        }
        return found;
    }

    private void killed(List<Plant> plants, String process, boolean atTheEnd, Random random) throws Exception {
        write("staged.json", plants.stream().map(Plant::json).toList());
        planted.addAll(plants);
        try (Running victim = ambit.beginTalk("bob", "owner", "import leaks; leaks.alive('staged', 0)")) {
            awaited(victim, "PLANTED");
            if (atTheEnd) {
                victim.type("end");
                LockSupport.parkNanos(random.nextInt(40_000_000));
            }
            ProcessHandle outermost = ProcessHandle.of(ambit.pid(process)).orElseThrow();
            List<ProcessHandle> all =
                    Stream.concat(outermost.descendants(), Stream.of(outermost)).toList();
            all.forEach(ProcessHandle::destroyForcibly);
            restarts++;
            awaitRestarts();
            victim.finish();
        }
    }

    private void awaitRestarts() throws Exception {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (System.nanoTime() < deadline) {
            JsonNode status = ambit.status();
            if (status.get("restarts").asInt() >= restarts
                    && status.get("state").asString().equals("ready")) {
                return;
            }
            LockSupport.parkNanos(50_000_000);
        }
        throw new AssertionError("the kernel did not come back: " + ambit.status());
    }

    /** Stops the kernel, and answers where its files lie. */
    Path stopped() throws Exception {
        ambit.down();
        return ambit.state();
    }

    /** The audit log's directory. */
    Path log() {
        return ambit.state().resolve("core/log");
    }

    @Override
    public void close() {
        ambit.close();
    }
}
