/** Logs checked offline, and artifacts in words. */
package ambit.audit;
