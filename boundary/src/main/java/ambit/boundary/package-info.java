/** The OS isolation around one guest. Native calls are made in {@code ambit.boundary.linux} and nowhere else. */
package ambit.boundary;
