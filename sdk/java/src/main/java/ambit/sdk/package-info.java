/** What a Java guest or principal links. */
package ambit.sdk;
