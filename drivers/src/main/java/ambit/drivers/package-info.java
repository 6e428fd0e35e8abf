/** The driver process: it performs effects, on a permit and on nothing else. */
package ambit.drivers;
