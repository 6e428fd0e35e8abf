package ambit.audit.tlog;

/**
 * A witness refuses a checkpoint because it has cosigned one that this one does not continue: somebody put back an older copy of the log, changed it, or
 * signs two. The message is a sentence. It is the witness's word alone, and not signed.
 */
public final class AnotherLog extends Exception {
    private static final long serialVersionUID = 1L;

    private final long size;

    /**
     * Of a witness.
     *
     * @param size how many entries it has cosigned
     */
    public AnotherLog(String sentence, long size) {
        super(sentence);
        this.size = size;
    }

    /** How many entries of the other log the witness has cosigned. */
    public long size() {
        return size;
    }
}
