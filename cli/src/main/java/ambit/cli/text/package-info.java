/** Texts for people and for programs. */
package ambit.cli.text;
