package ambit.boundary.seccomp;

/** The error numbers that refused calls return. */
enum Errno {
    EPERM(1),
    ENOSYS(38),
    EPROTONOSUPPORT(93),
    EAFNOSUPPORT(97);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
