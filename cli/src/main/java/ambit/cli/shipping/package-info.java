/** Sends the log's events to where others keep theirs. */
package ambit.cli.shipping;
