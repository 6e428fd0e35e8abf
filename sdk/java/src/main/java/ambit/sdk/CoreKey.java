package ambit.sdk;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** The public key of a core. Immutable. */
final class CoreKey {
    private static final int SIZE = 32;
    private static final BigInteger P = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger ORDER_EIGHT =
            new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16);

    /** The y of the points under which one signature verifies for many messages; Java takes them. */
    private static final Set<BigInteger> SMALL_ORDER =
            Set.of(BigInteger.ZERO, BigInteger.ONE, P.subtract(BigInteger.ONE), ORDER_EIGHT, P.subtract(ORDER_EIGHT));

    private final byte[] bytes;
    private final PublicKey key;

    /**
     * A key in hexadecimal digits.
     *
     * @throws IllegalArgumentException if these are not 64 of a sound key
     */
    CoreKey(String hex) {
        bytes = HexFormat.of().parseHex(hex);
        if (bytes.length != SIZE) {
            throw new IllegalArgumentException("expected 64 hexadecimal digits");
        }
        byte[] reversed = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            reversed[i] = bytes[SIZE - 1 - i];
        }
        BigInteger y = new BigInteger(1, reversed).clearBit(255);
        if (y.compareTo(P) >= 0 || SMALL_ORDER.contains(y)) {
            throw new IllegalArgumentException("not a sound Ed25519 public key");
        }
        try {
            EdECPoint point = new EdECPoint(reversed[0] < 0, y);
            key = KeyFactory.getInstance("Ed25519")
                    .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a sound Ed25519 public key", e);
        }
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** Whether this key signed the message; one that is no point of the curve has signed nothing. */
    boolean verifies(byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CoreKey it && Arrays.equals(bytes, it.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
