package ambit.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The collections inside messages. */
final class Wire {
    private Wire() {}

    static <T> Cbor list(List<T> elements, Function<T, Cbor> writer) {
        return new Cbor.Array(elements.stream().map(writer).toList());
    }

    static Cbor texts(List<String> texts) {
        return list(texts, Cbor::of);
    }

    static <T> Cbor map(Map<String, T> entries, Function<T, Cbor> writer) {
        return new Cbor.Map(entries.entrySet().stream()
                .map(e -> new Cbor.Entry(Cbor.of(e.getKey()), writer.apply(e.getValue())))
                .toList());
    }

    /** A denial's number, or 0 for none; read by {@link Fields#optionalDenial()}. */
    static Cbor denial(Optional<Denial> denial) {
        return Cbor.of(denial.map(Denial::number).orElse(0));
    }

    static Blob readId(Cbor cbor) throws MalformedException {
        return Fields.asBytes(cbor, Limits.ID, Limits.ID);
    }

    static String readName(Cbor cbor) throws MalformedException {
        return Fields.asText(cbor, Limits.NAME);
    }
}
