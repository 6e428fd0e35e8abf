package ambit.wire;

/** The syscalls of a guest, with their numbers on the wire and in the log. */
public enum Syscall implements Numbered {
    TOOL_CALL(1),
    MEMORY_READ(2),
    MEMORY_WRITE(3),
    SPAWN_CHILD(4),
    LOG(5);

    /** What the log has in a number's place where a context was refused the list of its handles: nothing is decided there. */
    public static final int HANDLES = 6;

    private final int number;

    Syscall(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }

    /** As a guest writes it: {@code tool_call}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
