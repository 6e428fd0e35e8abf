/** The only native calls of this module: network namespaces of the calling thread. */
package ambit.boundary.linux;
