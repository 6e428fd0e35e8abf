package ambit.oracle;

/** An answer of the kernel or of the model: 0, or a denial with the block and the item of it that refused. */
record Verdict(int code, int block, int item) {
    static final Verdict ALLOWED = new Verdict(0, 0, 0);
}
