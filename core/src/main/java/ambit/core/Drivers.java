package ambit.core;

import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import java.io.IOException;

/** The drivers as the core sees them. Thread-safe. */
interface Drivers {
    /** Whether a driver of this name is connected. */
    boolean has(String driver);

    /** Number of the present control connection, 0 where there is none. What was mapped through another one is lost. */
    long connection();

    /** One command and its answer. {@link IOException} means that nobody knows whether it was carried out. */
    DriverToCore ask(CoreToDriver command) throws IOException;
}
