package ambit.attacks.hostile;

import ambit.attacks.Configuration;
import ambit.attacks.Installation;
import ambit.attacks.Mode;
import ambit.attacks.Outcome;
import ambit.attacks.Repository;
import ambit.attacks.hostile.Attack.Meanwhile;
import ambit.attacks.hostile.Weakness.Part;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.keyfile.SecretKeyFile;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A kernel as a user has it, but for the hostile program in the broker's place; and the test, which commands it. */
final class Siege implements AutoCloseable {
    private final BrokersPlace place;
    private final Upstream upstream = new Upstream();
    private final Installation installation;
    private final Map<String, SigningKey> keys = new LinkedHashMap<>();
    private Line line;

    Siege(Mode mode) throws Exception {
        place = BrokersPlace.make(mode);
        installation = Installation.make(
                mode,
                Configuration.usual()
                        .tool(
                                "model",
                                "{driver: openai, at: \"%s\", credential: \"env:MODEL_KEY\"}"
                                        .formatted(upstream.address())),
                place.command());
        installation.up();
        keys.put(Honest.TENANT, key("tenant"));
        keys.put("alice", key("alice"));
        keys.put("bob", key("bob"));
        keys.put(Honest.RIVAL, SigningKey.generate());
        keys.put("carol", SigningKey.generate());
        line = front();
    }

    private SigningKey key(String name) throws IOException {
        return SecretKeyFile.read(installation.state().resolve("keys").resolve(name + ".key"));
    }

    private Line front() throws Exception {
        return Line.to(installation.runtime().resolve("broker-front/broker.sock"));
    }

    /** Who is honest around this kernel. */
    private Outside honest() throws Exception {
        Blob coreKey = PublicKeyFile.read(installation.state().resolve("core/core.pub"));
        return new Outside(
                keys,
                installation.runtime().resolve("core-admin/core.sock"),
                upstream,
                TestBuild.of(Repository.file("target/dist"), Part.BROKER, List.of()),
                coreKey);
    }

    Targets targets() throws Exception {
        return new Targets(
                installation.state().toString(),
                installation.runtime().toString(),
                place.program().toString(),
                pids("core"),
                pids("drivers"),
                upstream.port());
    }

    private List<Long> pids(String process) throws Exception {
        ProcessHandle outermost = ProcessHandle.of(installation.pid(process)).orElseThrow();
        return Stream.concat(Stream.of(outermost), outermost.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    /** Every attack, in an order in which one crash and one wait are enough. */
    Map<Attack, Result> all() throws Exception {
        honest().register();
        Path copy = installation.root().resolve("copy-of-core");
        copy(installation.state().resolve("core"), copy);
        Map<Attack, Result> results = new LinkedHashMap<>();
        Map<Attack, Blob> prepared = prepared(Meanwhile.PERMITS_EXPIRE);
        long begun = System.currentTimeMillis();
        for (Attack attack : with(Meanwhile.NOTHING)) {
            results.put(attack, strike(attack, Blob.EMPTY));
        }
        Time.awaitClock(begun + Attack.PERMIT_MS);
        strikeAll(prepared, results);
        prepared = prepared(Meanwhile.CORE_IS_KILLED);
        killCore();
        strikeAll(prepared, results);
        prepared = prepared(Meanwhile.STATE_IS_ROLLED_BACK);
        Result rolledBack = rolledBack(copy);
        prepared.keySet().forEach(attack -> results.put(attack, rolledBack));
        return results;
    }

    /** Those that are of the boundary, which need nobody's help. */
    Map<Attack, Result> ofTheMachine() throws Exception {
        Map<Attack, Result> results = new LinkedHashMap<>();
        for (Attack attack : Reach.group().attacks()) {
            results.put(attack, strike(attack, Blob.EMPTY));
        }
        return results;
    }

    private static List<Attack> with(Meanwhile meanwhile) {
        return Battery.all().stream()
                .filter(attack -> attack.meanwhile() == meanwhile)
                .toList();
    }

    private Map<Attack, Blob> prepared(Meanwhile meanwhile) throws Exception {
        Map<Attack, Blob> prepared = new LinkedHashMap<>();
        for (Attack attack : with(meanwhile)) {
            prepared.put(attack, prepare(attack));
        }
        return prepared;
    }

    private void strikeAll(Map<Attack, Blob> prepared, Map<Attack, Result> results) throws Exception {
        for (Map.Entry<Attack, Blob> each : prepared.entrySet()) {
            results.put(each.getKey(), strike(each.getKey(), each.getValue()));
        }
    }

    private Blob prepare(Attack attack) throws Exception {
        if (order(new Order.Prepare(attack.name(), targets())) instanceof Word.Prepared(Blob prepared)) {
            return prepared;
        }
        throw new AssertionError("nothing was prepared for: " + attack.name());
    }

    private Result strike(Attack attack, Blob prepared) throws Exception {
        return switch (order(new Order.Strike(attack.name(), targets(), prepared))) {
            case Word.Struck(boolean succeeded, String answer) -> new Result(succeeded, answer);
            case Word.Broken(String why) -> Result.failed("broken: " + why);
            case Word other -> throw new AssertionError("out of turn: " + other);
        };
    }

    /** Gives an order, and does what honest people do until it is carried out. */
    private Word order(Order order) throws Exception {
        line.send(order.toCbor());
        Outside honest = honest();
        while (true) {
            Word word = Word.fromCbor(line.receive());
            switch (word) {
                case Word.Prepared _, Word.Struck _, Word.Broken _ -> {
                    return word;
                }
                default -> line.send(Word.answer(honest, word));
            }
        }
    }

    private void killCore() throws Exception {
        List<Long> pids = new ArrayList<>(pids("core"));
        pids.reversed().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        line.close();
        installation.awaitRestart();
        line = front();
    }

    private Result rolledBack(Path copy) throws Exception {
        line.close();
        installation.down();
        Path core = installation.state().resolve("core");
        Repository.delete(core);
        copy(copy, core);
        Outcome up = installation.ambit("up");
        return up.exit() != 0 && installation.kernelLog().contains("core: ambit: error: the log is older")
                ? Result.NOT_STARTED
                : Result.success("not refused for its age: " + up);
    }

    private static void copy(Path from, Path to) throws Exception {
        int exit = new ProcessBuilder("cp", "-a", from.toString(), to.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("cannot copy " + from);
        }
    }

    /** Whether the log is still what the core has signed. */
    boolean logVerifies() throws Exception {
        return installation.ambit("log", "verify").exit() == 0;
    }

    @Override
    public void close() throws IOException {
        line.close();
        installation.close();
        upstream.close();
        place.close();
    }
}
