package ambit.log;

import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;

/**
 * Who signs a log's checkpoints.
 *
 * @param origin name of the log in its checkpoints, without spaces, {@code +} and line breaks
 */
public record LogKey(String origin, SigningKey key) {
    Blob publicKey() {
        return key.publicKey();
    }
}
