package ambit.attacks.hostile;

import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.DriverToBroker;
import ambit.wire.End;
import ambit.wire.Syscall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a program in the broker's place, with a live context of alice's and all that it remembers of one of bob's that has ended, gets of bob's memory.
 * While bob's was alive it could read along, which shows that it would notice.
 *
 * @param attempts how many were made
 * @param leaks how many answers had something of bob's in them
 * @param readAlong how much it read while bob's context was alive
 */
public record Unmapped(int attempts, int leaks, int readAlong) {
    private static final String NOTES = "user/notes";
    private static final int READ_AND_WRITE = 3;
    private static final int OF_ONE_CONTEXT = 50;

    /** What a broker knows of bob. */
    private record Remembered(Admitted context, List<Blob> permits, List<Blob> params) {}

    /**
     * Makes so many attempts.
     *
     * @param texts what bob has, all with {@code mark} in them
     * @param keys names that bob's things have, and spellings of them
     */
    public static Unmapped tried(int count, List<String> texts, String mark, List<String> keys, long seed)
            throws Exception {
        List<Unmapped> found = new ArrayList<>();
        Attack all = Attack.of("Read what no live context maps", "nothing", List.of(), from -> {
            found.add(tried(from, count, texts, mark, keys, new Random(seed)));
            return Result.failed("nothing");
        });
        try (Upstream upstream = new Upstream();
                Ground ground = Ground.of(List.of(), upstream)) {
            ground.run(all);
        }
        return found.getFirst();
    }

    private static Unmapped tried(
            Position from, int count, List<String> texts, String mark, List<String> keys, Random random)
            throws IOException {
        Admitted bob =
                from.begin(from.plan().holder(from.honest().signer("bob")).memory(NOTES, READ_AND_WRITE, 1 << 20));
        List<Blob> permits = new ArrayList<>();
        List<Blob> params = new ArrayList<>();
        int readAlong = 0;
        for (int i = 0; i < texts.size(); i++) {
            from.remember(
                    bob,
                    Syscall.MEMORY_WRITE,
                    "{\"key\":\"user/notes/report-%d\",\"value\":\"%s\"}".formatted(i, texts.get(i)));
            String read = key("user/notes/report-" + i);
            readAlong += shows(from.remember(bob, Syscall.MEMORY_READ, read).toCbor(), mark) ? 1 : 0;
            permits.add(Position.permitted(from.memory(bob, Syscall.MEMORY_READ, read))
                    .permit());
            params.add(Plan.utf8(read));
        }
        from.end(bob, End.SUCCESS);
        Remembered remembered = new Remembered(bob, permits, params);
        int leaks = 0;
        int made = 0;
        while (made < count) {
            Admitted alice = from.begin(from.plan().memory(NOTES, READ_AND_WRITE, 1 << 20));
            for (int n = 0; n < OF_ONE_CONTEXT && made < count; n++, made++) {
                String key = key(keys.get(random.nextInt(keys.size())));
                leaks += shows(attempt(from, alice, remembered, key, random), mark) ? 1 : 0;
            }
            from.end(alice, End.AGENT_FAILED);
        }
        return new Unmapped(count, leaks, readAlong);
    }

    private static Cbor attempt(Position from, Admitted alice, Remembered bob, String key, Random random)
            throws IOException {
        int one = random.nextInt(bob.permits().size());
        return switch (random.nextInt(5)) {
            // A name of bob's, in alice's context.
            case 0 -> answer(from, from.memory(alice, Syscall.MEMORY_READ, key), Plan.utf8(key));
            // Alice's permit, with the bytes of bob's call.
            case 1 ->
                answer(
                        from,
                        from.memory(alice, Syscall.MEMORY_READ, key("user/notes/mine")),
                        bob.params().get(one));
            // Bob's context, which has ended.
            case 2 ->
                answer(
                        from,
                        from.ask(new BrokerToCore.Decide(
                                bob.context().context(), Syscall.MEMORY_READ, Blob.EMPTY, Plan.utf8(key))),
                        Plan.utf8(key));
            // A permit that bob was given and did not use.
            case 3 ->
                from.execute(bob.permits().get(one), bob.params().get(one)).toCbor();
            // Bob's handles, in alice's context.
            default -> {
                Blob handle = bob.context().capabilities().getFirst().handle();
                yield from.call(alice.context(), handle, Plan.utf8(key)).toCbor();
            }
        };
    }

    /** What comes of a decision, executed where it is a permit. */
    private static Cbor answer(Position from, CoreToBroker decided, Blob params) throws IOException {
        if (decided instanceof Permitted permitted) {
            DriverToBroker done = from.execute(permitted.permit(), params);
            return done.toCbor();
        }
        return decided.toCbor();
    }

    private static String key(String name) {
        StringBuilder quoted = new StringBuilder("{\"key\":\"");
        name.chars().forEach(it -> quoted.append("\\u%04x".formatted(it)));
        return quoted.append("\"}").toString();
    }

    private static boolean shows(Cbor answer, String mark) {
        return new String(Cbor.encode(answer), StandardCharsets.ISO_8859_1).contains(mark);
    }
}
