/** A kernel's state in one file: written, checked, and put back. */
package ambit.cli.backup;
