package ambit.boundary;

/**
 * How a program in a boundary ended.
 *
 * @param code its exit code, 128 + n if signal n ended it, or -1 if it never ran
 */
public record Exit(How how, int code) {
    /** The reasons for an end. */
    public enum How {
        /** By itself, or by a signal of its own making. */
        EXITED,
        /** By {@link RunningGuest#kill()} or {@link RunningGuest#close()}, or because its boundary broke. */
        KILLED,
        /** Its wall clock limit passed. */
        WALL_LIMIT,
        /** It used up its processor time. */
        CPU_LIMIT,
        /** It wanted more memory than it may have. */
        MEMORY_LIMIT,
        /** The boundary could not be completed; the program never ran, and standard error says why. */
        NOT_STARTED
    }

    /** Whether it ended by itself with exit code 0. */
    public boolean success() {
        return how == How.EXITED && code == 0;
    }
}
