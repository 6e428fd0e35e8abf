/** Old parts of the log, kept elsewhere. */
package ambit.cli.retention;
