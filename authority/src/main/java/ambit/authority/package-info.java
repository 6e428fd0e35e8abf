/** Signed authority: COSE artifacts, vetted keys, and their compilation for the decision kernel. */
package ambit.authority;
