/** The files that keys are kept in: users' own, and the core's. */
package ambit.authority.keyfile;
