/**
 * Memory as an address space: what a context's keys mean, what may be written where, every version of every entry with where it
 * came from, and what undoes, holds, lists and forgets them.
 */
package ambit.drivers.memory;
