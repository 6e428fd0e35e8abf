package ambit.audit.tlog;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import ambit.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The proofs of transparency-dev/merkle, good and mutated ({@code spec/SOURCES.md} says where they are from). */
class MerkleVectorsTest {
    private static final Path FILE =
            Path.of(System.getProperty("ambit.root", "..")).resolve("spec/merkle-vectors.json");

    private static Json member(Map<String, Json> vector, String name) {
        return Objects.requireNonNull(vector.get(name));
    }

    private static String text(Map<String, Json> vector, String name) {
        return ((Json.Str) member(vector, name)).value();
    }

    private static Blob blob(Map<String, Json> vector, String name) {
        return Blob.fromHex(text(vector, name));
    }

    private static long number(Map<String, Json> vector, String name) {
        return ((Json.Int) member(vector, name)).value();
    }

    private static boolean holds(Map<String, Json> it) {
        List<Blob> proof = ((Json.Arr) member(it, "proof"))
                .items().stream()
                        .map(hash -> Blob.fromHex(((Json.Str) hash).value()))
                        .toList();
        return text(it, "test").equals("inclusion")
                ? Merkle.includes(
                        number(it, "index"), number(it, "size"), blob(it, "leafHex"), proof, blob(it, "rootHex"))
                : Merkle.continues(
                        number(it, "size1"), blob(it, "root1Hex"), number(it, "size2"), blob(it, "root2Hex"), proof);
    }

    @Test
    void everyProofOfTheVectorsIsTakenOrRefusedAsTheySay() throws Exception {
        int taken = 0;
        int refused = 0;
        for (Json json : ((Json.Arr) Json.parse(Blob.of(Files.readAllBytes(FILE)))).items()) {
            Map<String, Json> vector = ((Json.Obj) json).members();
            boolean expected = text(vector, "expect").equals("accepted");
            assertThat(holds(vector)).as(text(vector, "name")).isEqualTo(expected);
            taken += expected ? 1 : 0;
            refused += expected ? 0 : 1;
        }
        assertThat(taken).isGreaterThan(10);
        assertThat(refused).isGreaterThan(150);
    }
}
