package ambit.wire;

/** Which body of a call. */
public enum BodyKind implements Numbered {
    PARAMETERS(1),
    RESULT(2);

    private final int number;

    BodyKind(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }
}
