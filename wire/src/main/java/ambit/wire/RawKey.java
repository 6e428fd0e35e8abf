package ambit.wire;

import java.math.BigInteger;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.NamedParameterSpec;
import java.util.HexFormat;

/**
 * A raw Ed25519 public key (RFC 8032 §5.1.5) as the JCA's providers take it. They decode it when they verify, so nothing is parsed twice;
 * whether it is a point, or one to be trusted, is not asked here.
 */
public final class RawKey implements EdECPublicKey {
    private static final long serialVersionUID = 1L;
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private final transient byte[] encoded;
    private final transient EdECPoint point;

    /** {@code raw} is 32 bytes. */
    public RawKey(Blob raw) {
        byte[] bytes = raw.raw();
        encoded = java.nio.ByteBuffer.allocate(X509.length + bytes.length)
                .put(X509)
                .put(bytes)
                .array();
        point = new EdECPoint(bytes[bytes.length - 1] < 0, y(bytes));
    }

    /** Little endian; the highest bit is the sign of x. */
    private static BigInteger y(byte[] raw) {
        byte[] reversed = new byte[raw.length];
        for (int i = 0; i < raw.length; i++) {
            reversed[i] = raw[raw.length - 1 - i];
        }
        return new BigInteger(1, reversed).clearBit(8 * raw.length - 1);
    }

    @Override
    public EdECPoint getPoint() {
        return point;
    }

    @Override
    public NamedParameterSpec getParams() {
        return NamedParameterSpec.ED25519;
    }

    @Override
    public String getAlgorithm() {
        return "EdDSA";
    }

    @Override
    public String getFormat() {
        return "X.509";
    }

    @Override
    public byte[] getEncoded() {
        return encoded.clone();
    }
}
