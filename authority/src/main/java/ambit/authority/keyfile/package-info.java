/** The files that users keep their keys in. The core has none of them. */
package ambit.authority.keyfile;
