package ambit.authority.signing;

import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.MalformedException;
import ambit.wire.RawKey;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Set;

/**
 * Raw Ed25519 public keys (RFC 8032 §5.1.5, 32 bytes).
 *
 * <p>No Java provider refuses the keys under which one signature verifies for every message, so they are refused here: the points
 * of small order, every encoding with y ≥ p, and what is no point of the curve.
 */
public final class PublicKeys {
    /** What the line of a public key begins with. */
    public static final String LABEL = "ambit-ed25519 ";

    private static final BigInteger ONE = BigInteger.ONE;
    private static final BigInteger P = ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger D = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(P))
            .mod(P);

    /** The y of the two pairs of points of order eight; each is p minus the other. */
    private static final BigInteger ORDER_EIGHT =
            new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16);

    /** The y of all points whose order divides eight, whatever their x is. */
    private static final Set<BigInteger> SMALL_ORDER =
            Set.of(BigInteger.ZERO, ONE, P.subtract(ONE), ORDER_EIGHT, P.subtract(ORDER_EIGHT));

    private PublicKeys() {}

    /** Returns {@code key} if it is the canonical encoding of a point whose order is not small. */
    public static Blob requireSound(Blob key) throws MalformedException {
        if (!isOnCurve(new RawKey(requireCanonical(key)).getPoint().getY())) {
            throw new MalformedException("not a sound Ed25519 public key");
        }
        return key;
    }

    /**
     * Leaves one question open, whether it is a point at all. Every provider asks that before it verifies, at a fraction of the time
     * that it takes here; {@link Signed#verify} says so where that is why nothing verifies.
     */
    public static Blob requireCanonical(Blob key) throws MalformedException {
        if (key.size() != Cose.KEY_SIZE) {
            throw new MalformedException("an Ed25519 public key has 32 bytes");
        }
        BigInteger y = new RawKey(key).getPoint().getY();
        if (y.compareTo(P) >= 0 || SMALL_ORDER.contains(y)) {
            throw new MalformedException("not a sound Ed25519 public key");
        }
        return key;
    }

    /** Whether x² = (y² - 1) / (d y² + 1) has a root: by Euler, a non-zero u/v is a square when (u v)^((p-1)/2) is one. */
    private static boolean isOnCurve(BigInteger y) {
        BigInteger square = y.multiply(y).mod(P);
        BigInteger product = square.subtract(ONE).multiply(square.multiply(D).add(ONE));
        return product.modPow(P.shiftRight(1), P).equals(ONE);
    }

    /** A key as people and files have it, {@code ambit-ed25519 <base64>}, without the end of line. */
    public static String toLine(Blob key) {
        return LABEL + Base64.getEncoder().encodeToString(key.toArray());
    }
}
