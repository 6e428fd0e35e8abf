/** The audit journal, which is also the state of the core. */
package ambit.log;
