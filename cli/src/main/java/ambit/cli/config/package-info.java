/** {@code ambit.yaml}: what it may say, and where it says something else. */
package ambit.cli.config;
