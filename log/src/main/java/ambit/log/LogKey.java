package ambit.log;

import ambit.wire.Blob;
import java.util.function.UnaryOperator;

/**
 * Who signs a log's checkpoints.
 *
 * @param origin name of the log in its checkpoints, without spaces, {@code +} and line breaks
 * @param publicKey raw Ed25519 public key, 32 bytes
 * @param sign makes the 64-byte Ed25519 signature over a message
 */
public record LogKey(String origin, Blob publicKey, UnaryOperator<byte[]> sign) {}
