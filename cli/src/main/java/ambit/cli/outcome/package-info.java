/** How a command ends that did not do what it was asked, and the exit codes. */
package ambit.cli.outcome;
