/** What is taken out of a body before it is kept: credentials, and what the policy names. */
package ambit.drivers.redaction;
