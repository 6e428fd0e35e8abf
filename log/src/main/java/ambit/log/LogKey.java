package ambit.log;

import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.List;

/**
 * Who signs a log's checkpoints.
 *
 * @param former keys that signed checkpoints of it before
 * @param origin name of the log in its checkpoints, without spaces, {@code +} and line breaks
 */
public record LogKey(String origin, SigningKey key, List<Blob> former) {
    /** Of a log that never had another. */
    public LogKey(String origin, SigningKey key) {
        this(origin, key, List.of());
    }

    Blob publicKey() {
        return key.publicKey();
    }

    /** All of which a checkpoint may be signed with. */
    List<Blob> accepted() {
        List<Blob> accepted = new ArrayList<>(former);
        accepted.add(publicKey());
        return accepted;
    }
}
