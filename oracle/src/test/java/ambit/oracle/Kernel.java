package ambit.oracle;

/** What is compared with the model: the kernel as it is shipped, or a copy with a mistake. */
interface Kernel {
    Verdict evaluate(Case it, Readings readings);
}
