package ambit.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.Signed;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The verifier in Python, which has none of Ambit's code, says of others' signatures, CBOR and JSON what Ambit says. The files are those of the
 * modules that they test.
 */
class OthersVectorsInPythonTest {
    private static final Path ROOT = Path.of(System.getProperty("ambit.root", ".."));
    private static final Path SIGNATURES = ROOT.resolve("authority/src/test/resources");
    private static final Path DOCUMENTS = ROOT.resolve("wire/src/test/resources");

    @TempDir
    Path directory;

    private final List<String> vectors = new ArrayList<>();

    /** Something that refuses bytes or does not. */
    private interface Reader {
        void read() throws MalformedException;
    }

    @Test
    void bothAgreeOnEveryOne() throws Exception {
        signatures();
        postQuantumSignatures();
        examplesOfCbor();
        documentsOfJson();
        assertThat(vectors).hasSize(1_077 + 180 + 81 + 318);
        Path file = directory.resolve("vectors.json");
        Files.writeString(file, String.join(",\n", vectors).transform(all -> "[" + all + "]"));
        int exit = new ProcessBuilder(
                        "/usr/bin/python3", "-B", ROOT.resolve("spec/verify.py").toString(), file.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(exit).isZero();
    }

    private void signatures() throws IOException {
        for (Json group : items(member(read("wycheproof/ed25519_test.json"), "testGroups"))) {
            String key = text(member(group, "publicKey"), "pk");
            for (Json one : items(member(group, "tests"))) {
                signature(key, text(one, "msg"), text(one, "sig"));
            }
        }
        for (Json one : items(read("speccheck/cases.json"))) {
            signature(text(one, "pub_key"), text(one, "message"), text(one, "signature"));
        }
        for (Json one : items(read("cctv/ed25519vectors.json"))) {
            String message = Blob.of(text(one, "msg").getBytes(UTF_8)).toHex();
            signature(text(one, "key"), message, text(one, "sig"));
        }
    }

    private void signature(String key, String message, String signature) {
        boolean holds = Signed.verifiesNote(
                Blob.fromHex(key),
                Blob.fromHex(message).toArray(),
                Blob.fromHex(signature).toArray());
        add("ed25519", holds, "keyHex", key, "messageHex", message, "signatureHex", signature);
    }

    private void postQuantumSignatures() throws IOException {
        for (Json group : items(member(read("wycheproof/mldsa_44_verify_test.json"), "testGroups"))) {
            String key = text(group, "publicKey");
            for (Json one : items(member(group, "tests"))) {
                boolean holds = MlDsaKey.verifies(
                        Blob.fromHex(key),
                        Blob.fromHex(text(one, "msg")).toArray(),
                        Blob.fromHex(text(one, "sig")).toArray());
                add("ml-dsa", holds, "keyHex", key, "messageHex", text(one, "msg"), "signatureHex", text(one, "sig"));
            }
        }
    }

    private void examplesOfCbor() throws IOException {
        for (String line : Files.readAllLines(DOCUMENTS.resolve("rfc8949/appendix-a.tsv"))) {
            String hex = line.substring(0, line.indexOf('\t'));
            add("cbor", accepts(() -> Cbor.decode(Blob.fromHex(hex).toArray())), "bytesHex", hex);
        }
    }

    private void documentsOfJson() throws IOException {
        Path zipped = DOCUMENTS.resolve("jsontestsuite/test_parsing.zip");
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(zipped))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith(".json")) {
                    Blob document = Blob.of(zip.readAllBytes());
                    add("json", accepts(() -> Json.parse(document)), "bytesHex", document.toHex());
                }
            }
        }
    }

    private static boolean accepts(Reader reader) {
        try {
            reader.read();
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }

    private void add(String test, boolean accepted, String... namesAndValues) {
        StringBuilder vector = new StringBuilder("{\"test\": \"%s\", \"name\": \"%d\", \"expect\": \"%s\""
                .formatted(test, vectors.size(), accepted ? "accepted" : "refused"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            vector.append(", \"%s\": \"%s\"".formatted(namesAndValues[i], namesAndValues[i + 1]));
        }
        vectors.add(vector.append('}').toString());
    }

    private static Json read(String file) throws IOException {
        // With its indentation and second spelling of keys, one of them would be larger than any document that Ambit
        // reads.
        String compact =
                Files.readString(SIGNATURES.resolve(file)).replaceAll("\n *(\"publicKeyDer\" ?: ?\"[0-9a-f]*\",)?", "");
        return Json.parse(Blob.of(compact.getBytes(UTF_8)));
    }

    private static Json member(Json object, String name) {
        return ((Json.Obj) object).members().getOrDefault(name, new Json.Null());
    }

    private static List<Json> items(Json list) {
        return ((Json.Arr) list).items();
    }

    private static String text(Json object, String name) {
        return ((Json.Str) member(object, name)).value();
    }
}
