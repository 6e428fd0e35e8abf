/** The decisions of the core, written in the Java subset that KeY proves. */
package ambit.decision;
