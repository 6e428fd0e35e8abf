package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.signing.SigningKey;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import ambit.wire.MalformedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Proofs, witnesses' requests and bundles of entries have one spelling, and a proof that holds is one that was made. */
public final class TlogTargets {
    private static final SigningKey KEY = key();
    private static final String ORIGIN = "ambit/fuzz";
    private static final List<VerifierKey> KEYS = List.of(VerifierKey.ed25519(ORIGIN, KEY.publicKey()));
    private static final Blob ENTRY = Blob.fromHex("010203");
    private static final Blob OTHER = Blob.fromHex("0405");

    private TlogTargets() {}

    private static SigningKey key() {
        try {
            return SigningKey.ofSeed(new byte[SigningKey.SEED]);
        } catch (MalformedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Note checkpoint() {
        Blob root = Merkle.node(Merkle.leaf(ENTRY.toArray()), Merkle.leaf(OTHER.toArray()));
        String text = ORIGIN + "\n2\n" + LogProof.base64(root) + "\n";
        return Note.sign(text, List.of(NoteSigner.ed25519(ORIGIN, KEY)), 0);
    }

    /** A proof of the first of two entries. */
    public static byte[] proof() {
        LogProof proof = new LogProof(0, ENTRY, List.of(Merkle.leaf(OTHER.toArray())), checkpoint());
        return proof.toString().getBytes(UTF_8);
    }

    /** What a witness may be asked. */
    public static byte[] request() {
        WitnessRequest request = new WitnessRequest(1, List.of(Merkle.leaf(OTHER.toArray())), checkpoint());
        return request.toString().getBytes(UTF_8);
    }

    /** Three entries. */
    public static byte[] bundle() {
        return Blob.fromHex("000201020000000103").toArray();
    }

    public static void checkProof(byte[] input) {
        LogProof proof;
        try {
            proof = LogProof.parse(input);
        } catch (JournalException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(Blob.of(proof.toString().getBytes(UTF_8))).isEqualTo(Blob.of(input));
        try {
            proof.verify(KEYS, List.of());
            assertThat(proof.entry()).isEqualTo(proof.index() == 0 ? ENTRY : OTHER);
        } catch (JournalException e) {
            assertThat(Blob.of(proof())).isNotEqualTo(Blob.of(input));
        }
    }

    public static void checkRequest(byte[] input) {
        try {
            String again = WitnessRequest.parse(input).toString();
            assertThat(Blob.of(again.getBytes(UTF_8))).isEqualTo(Blob.of(input));
        } catch (JournalException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    /** The first byte says how many entries are asked for. */
    public static void checkBundle(byte[] input) {
        int most = input.length == 0 ? 1 : 1 + (input[0] & 0xff);
        byte[] bundle = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
        try {
            ByteArrayOutputStream again = new ByteArrayOutputStream();
            List<byte[]> entries = Bundle.read(bundle, most, "bundle");
            entries.forEach(entry -> Bundle.write(entry, again));
            assertThat(entries).hasSize(most);
            assertThat(again.toByteArray()).isEqualTo(Arrays.copyOf(bundle, again.size()));
        } catch (IOException e) {
            assertThat(e.getMessage()).startsWith("bundle ");
        }
    }
}
