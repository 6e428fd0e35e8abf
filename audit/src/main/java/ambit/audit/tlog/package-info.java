/** The log as C2SP tlog-tiles, what can be proved from them, and who else vouches for its checkpoints. */
package ambit.audit.tlog;
