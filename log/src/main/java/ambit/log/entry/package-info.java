/** What the log says: its entries and their bytes. */
package ambit.log.entry;
