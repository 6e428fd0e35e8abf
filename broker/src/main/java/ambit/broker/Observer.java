package ambit.broker;

import ambit.wire.FrontEvent;

/** Hears of a transaction's syscalls and output. An observer that cannot keep up holds up this transaction only. */
@FunctionalInterface
interface Observer {
    void saw(FrontEvent event);
}
