/** Seccomp filters, assembled as classic BPF without a native library. */
package ambit.boundary.seccomp;
