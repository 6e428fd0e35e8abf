/** What a search looked at and found, as one hash that the core signs and anyone can check. */
package ambit.audit.scope;
