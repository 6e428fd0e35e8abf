/** The decisions of the core, written in a Java subset that KeY reads, with contracts in JML. */
package ambit.decision;
