package ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CborTest {
    private static byte[] hex(String hex) {
        return Blob.fromHex(hex).toArray();
    }

    /** RFC 8949 Appendix A, the integers within long. */
    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "1, 01",
        "10, 0a",
        "23, 17",
        "24, 1818",
        "25, 1819",
        "100, 1864",
        "1000, 1903e8",
        "1000000, 1a000f4240",
        "1000000000000, 1b000000e8d4a51000",
        "-1, 20",
        "-10, 29",
        "-100, 3863",
        "-1000, 3903e7",
        "9223372036854775807, 1b7fffffffffffffff",
        "-9223372036854775808, 3b7fffffffffffffff",
        "255, 18ff",
        "256, 190100",
        "65535, 19ffff",
        "65536, 1a00010000",
        "4294967295, 1affffffff",
        "4294967296, 1b0000000100000000",
        "-24, 37",
        "-25, 3818"
    })
    void integersHaveTheirShortestForm(long value, String encoding) throws Exception {
        assertThat(Cbor.encode(Cbor.of(value))).isEqualTo(hex(encoding));
        assertThat(Cbor.decode(hex(encoding))).isEqualTo(Cbor.of(value));
    }

    @Test
    void stringsArraysAndMapsOfTheRfcReadAndWriteAsItSays() throws Exception {
        both("40", Cbor.of(Blob.EMPTY));
        both("4401020304", Cbor.of(Blob.fromHex("01020304")));
        both("60", Cbor.of(""));
        both("6161", Cbor.of("a"));
        both("6449455446", Cbor.of("IETF"));
        both("62225c", Cbor.of("\"\\"));
        both("62c3bc", Cbor.of("\u00fc"));
        both("63e6b0b4", Cbor.of("\u6c34"));
        both("64f0908591", Cbor.of("\ud800\udd51"));
        both("80", Cbor.array());
        both("83010203", Cbor.array(1, 2, 3));
        both("8301820203820405", Cbor.array(1, List.of(2, 3), List.of(4, 5)));
        both("a0", Cbor.record());
        both("a201020304", map(Cbor.of(1), Cbor.of(2), Cbor.of(3), Cbor.of(4)));
        both("a26161016162820203", map(Cbor.of("a"), Cbor.of(1), Cbor.of("b"), Cbor.array(2, 3)));
        both("826161a161626163", Cbor.array("a", map(Cbor.of("b"), Cbor.of("c"))));
        both("f4", Cbor.of(false));
        both("f5", Cbor.of(true));
        both("f6", new Cbor.Null());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1bffffffffffffffff",
                "3bffffffffffffffff",
                "1b8000000000000000", // beyond long
                "c249010000000000000000",
                "c074323031332d30332d32315432303a30343a30305a",
                "d74401020304", // tags
                "f90000",
                "f93c00",
                "fb3ff199999999999a",
                "fa47c35000",
                "f97e00",
                "f97c00", // floats
                "f7",
                "f0",
                "f8ff",
                "f818",
                "ff", // undefined and other simple values, break
                "5f42010243030405ff",
                "7f657374726561646d696e67ff",
                "9fff",
                "bfff",
                "9f018202039f0405ffff", // indefinite
                "1800",
                "1817",
                "190018",
                "1900ff",
                "1a0000ffff",
                "1b00000000ffffffff",
                "3800",
                "5801ff",
                "780161",
                "980101",
                "b8010101", // not the shortest
                "1c",
                "1d",
                "1e",
                "1f",
                "5c",
                "fc", // reserved
                "",
                "18",
                "19ff",
                "61",
                "4201",
                "8201",
                "a101",
                "a1", // cut short
                "0000",
                "a000", // trailing
                "61ff",
                "62c080",
                "63eda080",
                "64f4908080",
                "62c3", // invalid UTF-8
                "a203040102",
                "a201020103",
                "a2616201616101",
                "a26161016001",
                "a2200100ff", // unsorted, duplicate
                "a1400a",
                "a1800a",
                "a1f50a",
                "a1a00a", // keys of other types
                "9a7fffffff",
                "9bffffffffffffffff",
                "5a7fffffff",
                "bb7fffffffffffffff",
                "7b7fffffffffffffff" // huge
            })
    void everySecondSpellingAndEveryOtherTypeIsRefused(String encoding) {
        assertThatThrownBy(() -> Cbor.decode(hex(encoding))).isInstanceOf(MalformedException.class);
    }

    @Test
    void aRandomValueSurvivesItsEncoding() throws Exception {
        Gen gen = new Gen(1);
        for (int i = 0; i < 10_000; i++) {
            Cbor value = gen.cbor(4);
            assertThat(Cbor.decode(Cbor.encode(value))).isEqualTo(value);
        }
    }

    @Test
    void whateverIsAcceptedIsItsOwnCanonicalEncoding() {
        Gen gen = new Gen(2);
        int accepted = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = Cbor.encode(gen.cbor(3));
            int flips = 1 + gen.below(2);
            for (int f = 0; f < flips; f++) {
                bytes[gen.below(bytes.length)] = (byte) gen.integer();
            }
            try {
                assertThat(Cbor.encode(Cbor.decode(bytes))).isEqualTo(bytes);
                accepted++;
            } catch (MalformedException refused) {
                assertThat(refused).hasMessageNotContaining("null");
            }
        }
        assertThat(accepted).as("mutants that are documents themselves").isBetween(2_500, 47_500);
    }

    @Test
    void entriesAreSortedWhateverTheirOrderWas() {
        List<Cbor.Entry> entries = new ArrayList<>();
        for (long key : new long[] {10, 100, -1, 0, 65536}) {
            entries.add(new Cbor.Entry(Cbor.of(key), Cbor.of(true)));
        }
        entries.add(new Cbor.Entry(Cbor.of("z"), Cbor.of(true)));
        entries.add(new Cbor.Entry(Cbor.of("aa"), Cbor.of(true)));
        byte[] expected = hex("a700f50af51864f51a00010000f520f5617af5626161f5");
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(entries, new Random(seed));
            assertThat(Cbor.encode(new Cbor.Map(entries))).isEqualTo(expected);
        }
    }

    @Test
    void nestingEndsAtItsLimit() throws Exception {
        byte[] deepest = hex("81".repeat(Cbor.MAX_DEPTH) + "00");
        assertThat(Cbor.encode(Cbor.decode(deepest))).isEqualTo(deepest);
        assertThatThrownBy(() -> Cbor.decode(hex("81".repeat(Cbor.MAX_DEPTH + 1) + "00")))
                .isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> Cbor.decode(hex("81".repeat(1_000_000)))).isInstanceOf(MalformedException.class);
        Cbor tooDeep = Cbor.array(Cbor.decode(deepest));
        assertThatIllegalArgumentException().isThrownBy(() -> Cbor.encode(tooDeep));
    }

    @Test
    void aDocumentOfTooManyValuesIsRefused() {
        byte[] bytes = new byte[5 + Cbor.MAX_ITEMS];
        System.arraycopy(hex("9a00010000"), 0, bytes, 0, 5);
        assertThatThrownBy(() -> Cbor.decode(bytes)).isInstanceOf(MalformedException.class);
    }

    @Test
    void valuesThatHaveNoEncodingCannotBeMade() {
        assertThatIllegalArgumentException().isThrownBy(() -> Cbor.of("\ud800"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Cbor.Entry(Cbor.of(true), Cbor.of(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> map(Cbor.of(1), Cbor.of(1), Cbor.of(1), Cbor.of(2)));
        assertThatIllegalArgumentException().isThrownBy(() -> Cbor.array(1.5));
    }

    private static Cbor map(Cbor... keysAndValues) {
        List<Cbor.Entry> entries = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            entries.add(new Cbor.Entry(keysAndValues[i], keysAndValues[i + 1]));
        }
        return new Cbor.Map(entries);
    }

    private static void both(String encoding, Cbor value) throws MalformedException {
        assertThat(Cbor.encode(value)).isEqualTo(hex(encoding));
        assertThat(Cbor.decode(hex(encoding))).isEqualTo(value);
    }
}
