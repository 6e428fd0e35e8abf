package ambit.attacks.hostile;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;

/** Changes one value inside of CBOR. */
final class Tamper {
    private Tamper() {}

    /** The value at {@code path}, whose steps are keys of maps and indices of arrays. */
    static Cbor get(Blob bytes, int... path) throws MalformedException {
        Cbor at = Cbor.decode(bytes.toArray());
        for (int step : path) {
            at = switch (at) {
                case Cbor.Array(List<Cbor> items) -> items.get(step);
                case Cbor.Map(List<Cbor.Entry> entries) -> entries.get(step - 1).value();
                default -> throw new IllegalArgumentException("no such place");
            };
        }
        return at;
    }

    static Blob set(Blob bytes, Cbor value, int... path) throws MalformedException {
        return Blob.of(Cbor.encode(set(Cbor.decode(bytes.toArray()), value, path, 0)));
    }

    private static Cbor set(Cbor at, Cbor value, int[] path, int depth) {
        if (depth == path.length) {
            return value;
        }
        int step = path[depth];
        return switch (at) {
            case Cbor.Array(List<Cbor> items) -> {
                List<Cbor> changed = new ArrayList<>(items);
                changed.set(step, set(items.get(step), value, path, depth + 1));
                yield new Cbor.Array(changed);
            }
            case Cbor.Map(List<Cbor.Entry> entries) -> {
                List<Cbor.Entry> changed = new ArrayList<>(entries);
                Cbor.Entry entry = entries.get(step - 1);
                changed.set(step - 1, new Cbor.Entry(entry.key(), set(entry.value(), value, path, depth + 1)));
                yield new Cbor.Map(changed);
            }
            default -> throw new IllegalArgumentException("no such place");
        };
    }
}
