/** Signed notes: C2SP signed-note and tlog-cosignature. */
package ambit.log.note;
