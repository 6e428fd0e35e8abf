/** The signed artifacts of a chain and of a call, in words and in bytes. */
package ambit.authority;
