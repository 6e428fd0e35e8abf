/** Has witnesses cosign the log's checkpoints. */
package ambit.cli.cosigning;
