/** The {@code ambit} command: its subcommands, and what they tell its user. */
package ambit.cli;
