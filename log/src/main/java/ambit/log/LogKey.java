package ambit.log;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who signs a log's checkpoints.
 *
 * @param origin name of the log in its checkpoints, without spaces, {@code +} and line breaks
 * @param postQuantum signs beside {@code key}
 * @param former keys that signed checkpoints of it before
 */
public record LogKey(String origin, SigningKey key, Optional<MlDsaKey> postQuantum, List<Blob> former) {
    /** Signs with Ed25519 alone. */
    public LogKey(String origin, SigningKey key, List<Blob> former) {
        this(origin, key, Optional.empty(), former);
    }

    /** Of a log that never had another. */
    public LogKey(String origin, SigningKey key) {
        this(origin, key, List.of());
    }

    List<NoteSigner> signers() {
        List<NoteSigner> signers = new ArrayList<>(List.of(NoteSigner.ed25519(origin, key)));
        postQuantum.ifPresent(it -> signers.add(NoteSigner.mlDsa(origin, it)));
        return signers;
    }

    /** The verifier keys of those that sign now, one a line. */
    public String verifiers() {
        return signers().stream().map(it -> it.verifier().toLine() + "\n").collect(Collectors.joining());
    }

    /** All of which a checkpoint may be signed with. The key against quantum computers is no substitute for one of them. */
    List<VerifierKey> accepted() {
        List<VerifierKey> accepted = new ArrayList<>(List.of(VerifierKey.ed25519(origin, key.publicKey())));
        former.forEach(it -> accepted.add(VerifierKey.ed25519(origin, it)));
        return accepted;
    }
}
