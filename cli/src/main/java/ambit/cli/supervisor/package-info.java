/** Starts the kernel's three processes in their boundaries, watches them, and stops them. */
package ambit.cli.supervisor;
