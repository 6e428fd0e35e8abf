package ambit.core;

import ambit.authority.signing.BadSignature;
import ambit.authority.signing.Signed;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.MalformedException;

/** A decision against the caller, on its way to the log and the answer. */
final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    final Denial code;
    final String sentence;

    Refused(Denial code, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
        this.sentence = sentence;
    }

    Refused(Denial code) {
        this(code, code.sentence());
    }

    /** Refuses where this is so. */
    static void when(boolean refused, Denial code, String sentence) throws Refused {
        if (refused) {
            throw new Refused(code, sentence);
        }
    }

    static void when(boolean refused, Denial code) throws Refused {
        when(refused, code, code.sentence());
    }

    /** What any failure is to the caller. */
    static Refused of(Exception failure) {
        return switch (failure) {
            case Refused refused -> refused;
            case MalformedException malformed -> new Refused(Denial.MALFORMED, String.valueOf(malformed.getMessage()));
            case JournalException _ -> new Refused(Denial.LOG_UNAVAILABLE);
            default -> new Refused(Denial.INTERNAL);
        };
    }

    /** The payload of an artifact that {@code signer} signed in {@code domain} and that the log has room for. */
    static Blob verified(Domain domain, Blob signer, Blob artifact) throws Refused, MalformedException {
        when(artifact.size() > Entry.MAX_ARTIFACT, Denial.TOO_LARGE);
        try {
            return Signed.verify(domain, signer, artifact);
        } catch (BadSignature e) {
            throw new Refused(Denial.BAD_SIGNATURE);
        }
    }
}
