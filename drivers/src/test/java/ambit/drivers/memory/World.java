package ambit.drivers.memory;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.drivers.DriverFailure;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import ambit.wire.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The core's half of memory's world: it makes partitions and keys, and maps contexts. */
final class World implements AutoCloseable {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int APPEND = 8;
    static final int REVIEW = 16;

    static final Blob ANNA = name("principal anna");
    static final Blob BEN = name("principal ben");

    final AtomicLong now = new AtomicLong(1_900_000_000_000L);
    final MemoryStore store;
    final MemoryDriver driver;
    private int transactions;

    World(Database database) {
        this.store = new MemoryStore(database);
        InstantSource clock = () -> Instant.ofEpochMilli(now.get());
        this.driver = new MemoryDriver(store, clock);
    }

    static Blob name(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8)).sha256();
    }

    static Blob json(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }

    static MapEntry mount(String mount, String partition, int rights, String... terms) {
        return new MapEntry(
                mount,
                name("partition " + partition),
                name("key " + partition),
                rights,
                "",
                1 << 20,
                List.of(terms).stream().map(World::json).toList());
    }

    static MapEntry notes(int rights, String... terms) {
        return mount("user/notes/", "anna/notes", rights, terms);
    }

    static MapEntry faq(int rights, String... terms) {
        return mount("tenant/faq/", "acme/faq", rights, terms);
    }

    /** A transaction of Anna's; {@code mounts} besides its own partition. */
    Context begin(MapEntry... mounts) throws DriverFailure {
        return begin("t" + ++transactions, ANNA, mounts);
    }

    Context begin(String transaction, Blob principal, MapEntry... mounts) throws DriverFailure {
        List<MapEntry> map = new ArrayList<>();
        map.add(mount("", "own of " + transaction, READ | WRITE));
        map.addAll(List.of(mounts));
        return map("acme", transaction, principal, map);
    }

    Context map(String tenant, String transaction, Blob principal, List<MapEntry> map) throws DriverFailure {
        List<Blob> _ = driver.keys(map.stream()
                .map(it -> new CoreToDriver.Offer(it.partition(), name("wrapped " + it.partition())))
                .toList());
        Blob id = Blob.of(
                java.util.Arrays.copyOf(name("context of " + transaction).toArray(), 16));
        return new Context(
                this,
                transaction,
                driver.map(new CoreToDriver.MapContext(
                        id, transaction, tenant, principal, name("chain"), "scribe", name("bodies"), map)));
    }

    @Override
    public void close() {
        driver.close();
        store.close();
    }

    /** One live context. */
    record Context(World world, String transaction, ContextMemory memory) {
        Context write(String key, String value) throws DriverFailure {
            assertThat(new MemoryTool(memory)
                            .write(json("{\"key\":\"" + key + "\",\"value\":" + value + "}"))
                            .status())
                    .isEqualTo(200);
            return this;
        }

        String read(String key) throws DriverFailure {
            MemoryTool.Reply reply = new MemoryTool(memory).read(json("{\"key\":\"" + key + "\"}"));
            return reply.status() == 404 ? "absent" : new String(reply.result().toArray(), StandardCharsets.UTF_8);
        }

        List<Verdict> commit() throws DriverFailure {
            List<Verdict> verdicts = memory.commit();
            world.driver.release(memory);
            return verdicts;
        }

        void drop() {
            world.driver.release(memory);
        }

        /** What a tool answers, as an object, list or {@code null}. */
        Json tool(String operation, String params) throws DriverFailure {
            try {
                return Json.parse(
                        new MemoryTools(memory).call(operation, json(params)).result());
            } catch (MalformedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** What stands at a path of member names and places in lists. */
    static Json at(Json json, Object... path) {
        Json at = json;
        for (Object step : path) {
            at = switch (step) {
                case String name -> ((Json.Obj) at).members().getOrDefault(name, new Json.Null());
                case Integer place -> ((Json.Arr) at).items().get(place);
                default -> throw new IllegalArgumentException();
            };
        }
        return at;
    }

    static String text(Json json, Object... path) {
        return switch (at(json, path)) {
            case Json.Str(String text) -> text;
            case Json.Int(long number) -> Long.toString(number);
            case Json.Bool(boolean flag) -> Boolean.toString(flag);
            case Json.Obj(Map<String, Json> members) -> members.keySet().toString();
            case Json.Null() -> "null";
            case Json.Arr(List<Json> items) -> items.size() + " items";
            case Json.Dec(String number) -> number;
        };
    }

    static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Denial code) {
        org.assertj.core.api.Assertions.assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        DriverFailure.class, it -> assertThat(it.code()).isEqualTo(code));
    }
}
