package ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Bounds.Range;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    private static final Blob ID = Blob.fromHex("11".repeat(16));

    record Pair(@Range(from = 1, to = 9) int number, @Max(3) String text) implements Cbor.Artifact {
        @Override
        public void check() throws MalformedException {
            if (text.equals("no")) {
                throw new MalformedException("a text that is refused");
            }
        }
    }

    sealed interface Shape extends Cbor.Message {
        record Dot() implements Shape {}

        record Line(@Bytes16 @OrEmpty Blob id, @Max(2) List<@Range(to = 5) Long> ends) implements Shape {}
    }

    record All(
            long number,
            boolean yes,
            @Max(2) SortedMap<String, Pair> pairs,
            Optional<Denial> denial,
            Syscall syscall,
            Shape shape,
            Cbor any)
            implements Cbor.Message {
        All {
            if (number == 13) {
                throw new IllegalArgumentException("a number that is refused");
            }
        }
    }

    private static final All ALL = new All(
            Long.MIN_VALUE,
            true,
            new TreeMap<>(Map.of("a", new Pair(1, "x"), "b", new Pair(9, "xyz"))),
            Optional.of(Denial.QUOTA),
            Syscall.LOG,
            new Shape.Line(ID, List.of(0L, 5L)),
            new Cbor.Null());

    @Test
    void everyTypeOfFieldComesBack() throws Exception {
        assertThat(Cbor.parse(All.class, ALL.toBlob())).isEqualTo(ALL);
        All other = new All(
                0, false, new TreeMap<>(), Optional.empty(), Syscall.TOOL_CALL, new Shape.Dot(), Cbor.of("any"));
        assertThat(Cbor.parse(All.class, other.toBlob())).isEqualTo(other);
    }

    @Test
    void theBytesOfEachFormAreFixed() {
        assertThat(hex(new Pair(7, "x"))).isEqualTo("a20107026178");
        assertThat(hex(new Shape.Dot())).isEqualTo("8101");
        assertThat(hex(new Shape.Line(Blob.EMPTY, List.of(3L)))).isEqualTo("83024081" + "03");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a10107", // a field too few
                "a301070261780300", // a field too many
                "a201070361" + "78", // a gap
                "82076178", // an array for a map
                "a20100026178", // below its range
                "a2010a026178", // above its range
                "a2011b0000000100000001026178", // not an int
                "a20161370261" + "78", // a text for an integer
                "a2010702417" + "8", // bytes for a text
                "a20107026478787878", // a text too long
                "a20107026" + "26e6f", // a text that the record refuses
            })
    void whatIsNotExactlyTheRecordIsRefused(String hex) {
        assertThatThrownBy(() -> Cbor.parse(Pair.class, Blob.fromHex(hex))).isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80", // no kind
                "8100", // kinds are from 1
                "8103", // unknown kind
                "811b0000000100000001", // not a kind after the cast
                "8161" + "31", // a text for a kind
                "820100", // a field too many
                "8302410080", // neither 16 bytes nor none
                "83024083" + "010203", // a list too long
                "8302408106", // an element out of its range
                "a10101", // a map for an array
            })
    void whatIsNotExactlyAKindIsRefused(String hex) {
        assertThatThrownBy(() -> Cbor.parse(Shape.class, Blob.fromHex(hex))).isInstanceOf(MalformedException.class);
    }

    @Test
    void aKindIsNotTakenForAnother() {
        assertThatThrownBy(() -> Cbor.parse(Shape.Dot.class, new Shape.Line(ID, List.of()).toBlob()))
                .isInstanceOf(MalformedException.class);
    }

    @Test
    void whatAConstructorRefusesIsMalformed() {
        List<Cbor> fields = new ArrayList<>(((Cbor.Array) ALL.toCbor()).items());
        fields.set(0, Cbor.of(13));
        assertThatThrownBy(() -> Cbor.parse(All.class, new Cbor.Array(fields)))
                .isInstanceOf(MalformedException.class)
                .hasMessage("a number that is refused");
    }

    @Test
    void everyFieldHasItsType() {
        List<Cbor> fields = ((Cbor.Array) ALL.toCbor()).items();
        for (int i = 0; i < fields.size() - 1; i++) {
            for (Cbor wrong : List.of(new Cbor.Null(), Cbor.of(99), Cbor.record(9), Cbor.array(9))) {
                if (i == 0 && wrong.equals(Cbor.of(99))) {
                    continue;
                }
                List<Cbor> other = new ArrayList<>(fields);
                other.set(i, wrong);
                assertThatThrownBy(() -> Cbor.parse(All.class, new Cbor.Array(other)))
                        .as("field %d as %s", i, wrong)
                        .isInstanceOf(MalformedException.class);
            }
        }
    }

    private static String hex(Cbor.Message message) {
        return HexFormat.of().formatHex(message.toBlob().toArray());
    }
}
