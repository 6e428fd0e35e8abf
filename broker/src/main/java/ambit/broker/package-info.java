/** The broker process: it takes the guests' syscalls and routes them; it can create no authority. */
package ambit.broker;
