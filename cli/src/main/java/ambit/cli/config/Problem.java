package ambit.cli.config;

/**
 * One thing that is wrong in a file, where it is, and how to mend it.
 *
 * @param hint what to do about it; may be empty
 */
public record Problem(String file, Position at, String what, String hint) {

    /** The problem as {@code ambit.yaml:12:5: what is wrong}. */
    @Override
    public String toString() {
        return file + ":" + at + ": " + what;
    }
}
