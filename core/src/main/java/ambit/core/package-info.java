/** The core process: the small one that decides. */
package ambit.core;
