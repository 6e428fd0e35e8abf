package ambit.wire;

/** What the drivers have of a body. */
public enum BodyState implements Numbered {
    /** Nothing: it was not to be kept, could not be, or was shredded. */
    ABSENT(0),
    KEPT(1),
    /** It was longer than {@link Limits#RESULT}. */
    TOO_LARGE(2),
    /** Redaction could not read it, so it was not kept. */
    UNREADABLE(3);

    private final int number;

    BodyState(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }
}
