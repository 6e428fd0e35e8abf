package ambit.authority.signing;

/** A signature that does not verify, or one by another key than the demanded. Says no more than that. */
public final class BadSignature extends Exception {
    private static final long serialVersionUID = 1L;

    BadSignature() {
        super("the signature does not verify");
    }
}
