package ambit.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.audit.LogVerifier;
import ambit.authority.Endorsement;
import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The vectors of {@code spec/log-vectors.json}: logs whose core changed its key, what {@link LogVerifier} says of them for whoever trusts
 * one of the keys, and that the verifier in Python says the same. {@code -Dvectors.write=true} writes the file anew.
 */
class LogVectorsTest {
    private static final Path SPEC =
            Path.of(System.getProperty("ambit.root", "..")).resolve("spec");
    private static final String ORIGIN = "ambit/vectors";

    @TempDir
    private Path directory;

    private final SigningKey first = key("core 1");
    private final SigningKey second = key("core 2");
    private final SigningKey third = key("core 3");
    private final List<String> vectors = new ArrayList<>();
    private final List<byte[]> entries = new ArrayList<>();
    private Path log = Path.of("");

    private static SigningKey key(String name) {
        try {
            return SigningKey.ofSeed(Blob.of(name.getBytes(UTF_8)).sha256().toArray());
        } catch (MalformedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Entry boot(SigningKey key) {
        return new Entry.Boot(1_800_000_000_000L, ORIGIN, key.publicKey(), 0);
    }

    private static Entry endorsed(SigningKey by, String origin, Blob key) {
        Blob word = Signed.sign(Domain.CORE_KEY, by, new Endorsement(origin, key, 1_800_000_000L).toBlob());
        return new Entry.CoreKeyEndorsed(1_800_000_000_001L, key, word);
    }

    private static Entry endorsed(SigningKey by, SigningKey key) {
        return endorsed(by, ORIGIN, key.publicKey());
    }

    private static Entry event(int number) {
        return new Entry.Recovered(1_800_000_000_002L, "t" + number, true);
    }

    private void begin() throws IOException {
        log = Files.createTempDirectory(directory, "log");
        entries.clear();
    }

    private void write(SigningKey by, Entry... more) throws IOException {
        List<Blob> all = List.of(first.publicKey(), second.publicKey(), third.publicKey());
        try (Journal journal = Journal.open(FileStorage.open(log), new LogKey(ORIGIN, by, all))) {
            for (Entry entry : more) {
                entries.add(Entry.encode(entry));
                journal.append(Entry.encode(entry));
            }
        }
    }

    /** What the log is worth to whoever trusts the first, the second, the third key. */
    private void vectors(String name, boolean... expected) throws IOException {
        String note = Files.readString(log.resolve("checkpoint"));
        String all = entries.stream()
                .map(bytes -> "\"" + Blob.of(bytes).toHex() + "\"")
                .collect(Collectors.joining(", "));
        List<SigningKey> keys = List.of(first, second, third);
        for (int i = 0; i < keys.size(); i++) {
            Blob key = keys.get(i).publicKey();
            boolean intact = LogVerifier.verify(log, key) instanceof LogVerifier.Intact;
            assertThat(intact).as("%s, key %d", name, i + 1).isEqualTo(expected[i]);
            vectors.add("{\"test\": \"log\", \"name\": \"" + name + ", key " + (i + 1) + "\", \"expect\": \""
                    + (intact ? "accepted" : "refused") + "\", \"keyHex\": \"" + key.toHex() + "\", \"entries\": ["
                    + all + "], \"note\": \"" + note.replace("\n", "\\n").replace("\u2014", "\\u2014") + "\"}");
        }
    }

    /** Signs the newest checkpoint anew, with these keys and always with the same bytes. */
    private void sign(SigningKey by, MlDsaKey postQuantum) throws IOException {
        Note note = Note.parse(Files.readAllBytes(log.resolve("checkpoint")));
        VerifierKey verifier = NoteSigner.mlDsa(ORIGIN, postQuantum).verifier();
        NoteSigner second = new NoteSigner(verifier, message -> deterministic(postQuantum, message));
        Note signed = Note.sign(note.text(), List.of(NoteSigner.ed25519(ORIGIN, by), second), 0);
        Files.writeString(log.resolve("checkpoint"), signed.toString());
    }

    /** The variant of FIPS 204 whose signatures are not hedged. */
    private static byte[] deterministic(MlDsaKey key, byte[] message) {
        return key.sign(message, new SecureRandom() {
            private static final long serialVersionUID = 1L;

            @Override
            public void nextBytes(byte[] bytes) {
                Arrays.fill(bytes, (byte) 0);
            }
        });
    }

    private void postQuantum() throws IOException {
        MlDsaKey one = MlDsaKey.ofSeed(Blob.of("one".getBytes(UTF_8)).sha256().toArray());
        MlDsaKey two = MlDsaKey.ofSeed(Blob.of("two".getBytes(UTF_8)).sha256().toArray());
        begin();
        write(first, boot(first), new Entry.PostQuantumKey(1_800_000_000_003L, one.publicKey()), event(1));
        vectors("a checkpoint without the ML-DSA signature of the key that the log names", false, false, false);
        sign(first, one);
        vectors("a checkpoint with the ML-DSA signature of the key that the log names", true, false, false);
        sign(first, two);
        vectors("a checkpoint with the ML-DSA signature of another key", false, false, false);
        sign(second, one);
        vectors("an ML-DSA signature beside that of another core", false, false, false);
        write(first, endorsed(first, second));
        write(second);
        vectors("a new key signs before the log names the ML-DSA key beside it", true, true, false);
        write(second, boot(second), new Entry.PostQuantumKey(1_800_000_000_003L, two.publicKey()));
        vectors("a new key signs without the ML-DSA key beside it", false, false, false);
        sign(second, one);
        vectors("a new key signs with the ML-DSA key of the one before", false, false, false);
        sign(second, two);
        vectors("a new key signs with the ML-DSA key beside it", true, true, false);
    }

    private void words() {
        Blob payload = new Endorsement("acme", second.publicKey(), 1_800_000_000L).toBlob();
        for (Domain signed : List.of(Domain.TENANT_KEY, Domain.CORE_KEY, Domain.REVOCATION)) {
            for (Domain asked : List.of(Domain.TENANT_KEY, Domain.CORE_KEY)) {
                String name = asked == Domain.TENANT_KEY ? "tenant-key" : "core-key";
                vectors.add("{\"test\": \"signature\", \"name\": \"a word for a key\", \"expect\": \""
                        + (signed == asked ? "accepted" : "refused") + "\", \"domain\": \"" + name
                        + "\", \"keyHex\": \"" + first.publicKey().toHex() + "\", \"coseHex\": \""
                        + Signed.sign(signed, first, payload).toHex() + "\"}");
            }
        }
    }

    private void logs() throws IOException {
        begin();
        write(first);
        vectors("an empty log", true, false, false);
        write(first, boot(first), event(1));
        vectors("a log of one key", true, false, false);
        write(first, endorsed(first, second), event(2));
        vectors("endorsed and not in force yet", true, false, false);
        write(second);
        vectors("the new key signs before its first entry", true, true, false);
        write(second, boot(second), event(3));
        vectors("a key that another follows", true, true, false);
        write(second, endorsed(second, third));
        write(third, boot(third), event(4));
        vectors("three keys", true, true, true);
        write(first);
        vectors("a checkpoint by a key that is no longer in force", false, false, false);
        begin();
        write(first, boot(first), event(1));
        write(second, boot(second));
        vectors("a key that nobody endorsed", false, false, false);
        begin();
        write(first, boot(first), endorsed(second, second));
        vectors("a key that endorses itself", false, false, false);
        begin();
        write(first, boot(first), endorsed(first, "ambit/other", second.publicKey()));
        vectors("a word about another log", false, false, false);
        begin();
        Blob word = ((Entry.CoreKeyEndorsed) endorsed(first, third)).word();
        write(first, boot(first), new Entry.CoreKeyEndorsed(1_800_000_000_001L, second.publicKey(), word));
        vectors("a word about another key", false, false, false);
        begin();
        write(first, boot(first), endorsed(first, second), endorsed(first, third));
        write(third, boot(third), event(1));
        vectors("of two that were endorsed the second took over", true, false, true);
        write(second, boot(second));
        vectors("the first of them comes too late", false, false, false);
        begin();
        write(first, boot(first), endorsed(first, second));
        write(second, boot(second), endorsed(first, third));
        vectors("a word of a key that is no longer in force", false, false, false);
        begin();
        write(first, boot(first), endorsed(first, second));
        write(second, boot(second), endorsed(second, first));
        vectors("back to a key that was there before", false, false, false);
    }

    @Test
    void theLogVectorsAreWhatTheVerifierSaysAndThePythonVerifierAgreesOnAllOfThem() throws Exception {
        words();
        logs();
        postQuantum();
        Path file = SPEC.resolve("log-vectors.json");
        String json = vectors.stream().collect(Collectors.joining(",\n", "[\n", "\n]\n"));
        if (Boolean.getBoolean("vectors.write")) {
            Files.writeString(file, json);
        }
        assertThat(Files.readString(file)).isEqualTo(json);
        Process python = new ProcessBuilder(
                        "/usr/bin/python3", "-B", SPEC.resolve("verify.py").toString(), file.toString())
                .inheritIO()
                .start();
        assertThat(python.waitFor()).as("exit code").isZero();
    }
}
