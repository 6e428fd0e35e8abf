import org.jspecify.annotations.NullMarked;

/** The broker process: it takes the guests' syscalls and routes them; it can create no authority. */
@NullMarked
module ambit.broker {
    requires static org.jspecify;
    requires transitive ambit.wire;
    requires ambit.authority;
    requires ambit.boundary;
    requires org.eclipse.jetty.server;
    requires tools.jackson.core;
    requires java.logging;

    // Who connects to the front is known from SO_PEERCRED, which lives in jdk.net.
    requires jdk.net;

    exports ambit.broker;
}
