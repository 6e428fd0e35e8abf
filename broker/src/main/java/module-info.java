import org.jspecify.annotations.NullMarked;

/** The broker process: it takes the guests' syscalls and routes them; it can create no authority. */
@NullMarked
module ambit.broker {
    requires static org.jspecify;
    requires ambit.wire;
    requires ambit.boundary;
    requires org.eclipse.jetty.server;
    requires org.eclipse.jetty.unixdomain.server;
    requires tools.jackson.databind;
}
