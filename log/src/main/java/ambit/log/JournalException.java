package ambit.log;

/** The journal cannot be opened, or refuses to go on. The message is one sentence that names the file and, where there is one, the offset. */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JournalException(String sentence) {
        super(sentence);
    }

    public JournalException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
