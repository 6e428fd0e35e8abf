package ambit.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Seeded random values of the wire's types; the same seed gives the same values. */
final class Gen {
    private final SplittableRandom random;

    Gen(long seed) {
        this.random = new SplittableRandom(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean coin() {
        return random.nextBoolean();
    }

    /** Every magnitude is as likely as any other, and so are the edges between encodings. */
    long integer() {
        long edge = 1L << random.nextInt(63);
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong() >> random.nextInt(64);
            case 1 -> edge;
            case 2 -> edge - 1;
            default -> -edge - random.nextInt(2);
        };
    }

    Blob blob(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return Blob.of(bytes);
    }

    Blob blob() {
        return blob(random.nextInt(40));
    }

    String text() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(12);
        for (int i = 0; i < length; i++) {
            int point = random.nextInt(8) == 0 ? random.nextInt(0x110000) : random.nextInt(0x80);
            text.appendCodePoint(point >= 0xd800 && point < 0xe000 ? 'x' : point);
        }
        return text.toString();
    }

    <T> List<T> list(Supplier<T> element) {
        List<T> list = new ArrayList<>();
        int size = random.nextInt(5);
        for (int i = 0; i < size; i++) {
            list.add(element.get());
        }
        return list;
    }

    Cbor cbor(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> Cbor.of(integer());
            case 1 -> Cbor.of(blob());
            case 2 -> Cbor.of(text());
            case 3 -> Cbor.of(coin());
            case 4 -> new Cbor.Null();
            case 5 -> new Cbor.Array(list(() -> cbor(depth - 1)));
            default -> map(depth);
        };
    }

    private Cbor map(int depth) {
        Map<Cbor, Cbor> entries = new LinkedHashMap<>();
        for (Cbor value : list(() -> cbor(depth - 1))) {
            entries.put(coin() ? Cbor.of(integer()) : Cbor.of(text()), value);
        }
        return new Cbor.Map(entries.entrySet().stream()
                .map(e -> new Cbor.Entry(e.getKey(), e.getValue()))
                .toList());
    }
}
