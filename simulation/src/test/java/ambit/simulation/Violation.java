package ambit.simulation;

/** Something is not as it must be. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String sentence) {
        super(sentence);
    }

    Violation(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more library
    static void unless(boolean right, String sentence, Object... values) {
        if (!right) {
            throw new Violation(sentence.formatted(values));
        }
    }
}
