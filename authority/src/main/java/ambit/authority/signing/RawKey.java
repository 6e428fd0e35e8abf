package ambit.authority.signing;

import ambit.wire.Blob;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.NamedParameterSpec;
import java.util.HexFormat;

/** A raw Ed25519 public key as providers take it. They decode it when they verify, so nothing is parsed twice. */
final class RawKey implements EdECPublicKey {
    private static final long serialVersionUID = 1L;
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private final transient byte[] encoded;
    private final transient EdECPoint point;

    /** {@code raw} is 32 bytes. */
    RawKey(Blob raw) {
        byte[] bytes = raw.toArray();
        encoded = java.nio.ByteBuffer.allocate(X509.length + bytes.length)
                .put(X509)
                .put(bytes)
                .array();
        point = new EdECPoint(bytes[bytes.length - 1] < 0, PublicKeys.y(bytes));
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
