/** The only native calls of this module: network namespaces of the calling thread, and one signal. */
package ambit.boundary.linux;
