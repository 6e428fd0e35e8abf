/** Calls that people approve before they are made. */
package ambit.authority.approval;
