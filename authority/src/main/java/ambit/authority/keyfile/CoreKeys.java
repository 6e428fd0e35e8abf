package ambit.authority.keyfile;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The core's own secrets, 32 bytes each, in its directory and nowhere else; made when it first starts. */
public final class CoreKeys {
    private static final int SIZE = SigningKey.SEED;

    /** A key that the log does not endorse yet; {@code core.next} is one that it does, which takes over at the next start. */
    private static final String PREPARED = "core.prepared";

    private static final String NEXT = "core.next";
    private static final String KEY = "core.key";
    private static final String FORMER = "core.former";
    private static final String POST_QUANTUM = "core.ml-dsa.key";

    private CoreKeys() {}

    /** The signing key, whose seed is in {@code core.key}. A successor that is endorsed takes its place. */
    public static SigningKey signing(SecretDirectory state) throws IOException {
        if (state.has(NEXT)) {
            Blob old = SigningKey.ofSeed(state.secret(KEY)).publicKey();
            List<Blob> former = new ArrayList<>(former(state));
            former.remove(old);
            former.add(old);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            former.forEach(key -> all.writeBytes(key.toArray()));
            state.replace(FORMER, all.toByteArray());
            Files.deleteIfExists(state.directory().resolve(POST_QUANTUM));
            state.move(NEXT, KEY);
        }
        return SigningKey.ofSeed(state.secret(KEY));
    }

    /** The key that signs checkpoints beside {@link #signing}, which is called first: each of those has another beside it. */
    public static MlDsaKey postQuantum(SecretDirectory state) throws IOException {
        return MlDsaKey.ofSeed(state.secret(POST_QUANTUM));
    }

    /** The public keys that the core signed with before, from {@code core.former}. */
    public static List<Blob> former(SecretDirectory state) throws IOException {
        List<Blob> former = new ArrayList<>();
        byte[] all = state.read(FORMER);
        for (int from = 0; from < all.length; from += SIZE) {
            former.add(PublicKeys.requireSound(Blob.of(Arrays.copyOfRange(all, from, from + SIZE))));
        }
        return former;
    }

    /**
     * Has the public half of the signing key in {@code core.pub}, for the other processes and whoever checks the log, and what the log's
     * checkpoints are signed with in {@code core.vkey}, for tools that are not Ambit's.
     *
     * @param verifiers lines of C2SP signed-note
     */
    public static void publish(SecretDirectory state, Blob publicKey, String verifiers) throws IOException {
        state.publish("core.pub", PublicKeys.toLine(publicKey) + "\n");
        state.publish("core.vkey", verifiers);
    }

    /** Makes a key that may follow, and answers its public half. Nothing finds it before {@link #settle}. */
    public static Blob prepare(SecretDirectory state) throws IOException {
        SigningKey next = SigningKey.generate();
        state.replace(PREPARED, next.seed());
        return next.publicKey();
    }

    /** Has the prepared key take over at the next start. */
    public static void settle(SecretDirectory state) throws IOException {
        state.move(PREPARED, NEXT);
    }
}
