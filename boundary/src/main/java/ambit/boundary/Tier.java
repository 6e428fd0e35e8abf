package ambit.boundary;

/** Kinds of boundary, weakest first. A policy names the least that it accepts. */
public enum Tier {
    /** Namespaces, seccomp and limits on the host's kernel. */
    PROCESS,
    /** An OCI container. */
    CONTAINER,
    /** A kernel in user space. */
    GVISOR,
    /** A virtual machine. */
    MICROVM
}
