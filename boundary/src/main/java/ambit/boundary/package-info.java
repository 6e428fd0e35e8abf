/**
 * What a transaction's guest runs in. {@link ambit.boundary.Boundary} starts programs; {@link
 * ambit.boundary.ProcessBoundary} does it with the host's kernel; {@link ambit.boundary.KernelProcesses} puts Ambit's own
 * processes into boundaries from which guests' boundaries can be made.
 */
package ambit.boundary;
