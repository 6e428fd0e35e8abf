package ambit.wire;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Where digests come from. Thread-safe; what it gives is not. */
public final class Sha256 {
    /** Takes in nothing, so that any thread may copy it: that is quicker than asking the providers for one. */
    private static final MessageDigest FRESH = ofProvider();

    private Sha256() {}

    private static MessageDigest ofProvider() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** One that has taken in nothing. */
    public static MessageDigest fresh() {
        return copy(FRESH);
    }

    /** Another one that has taken in the same. */
    public static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("every Java platform's SHA-256 can be copied", e);
        }
    }
}
