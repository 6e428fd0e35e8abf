package ambit.boundary;

/** What a program may reach over the network. */
public sealed interface Network {
    /** Nothing but a loopback interface of its own. */
    record None() implements Network {}

    /** Whatever the launcher itself reaches. */
    record Host() implements Network {}

    /**
     * Nothing but a loopback interface of its own, on which the launcher listens at {@code port} from outside: see
     * {@link RunningGuest#loopback()}.
     */
    record Loopback(int port) implements Network {
        public Loopback {
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException("not a port: " + port);
            }
        }
    }
}
