/** Ed25519 keys and what is signed with them. */
package ambit.authority.signing;
