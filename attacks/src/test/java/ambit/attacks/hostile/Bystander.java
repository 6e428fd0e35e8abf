package ambit.attacks.hostile;

import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import java.io.IOException;

/** A context that has nothing to do with any attack, whose every call costs it one use and no more. */
final class Bystander {
    private static final long USES = 100_000;

    private final Position from;
    private final Admitted context;
    private long left = USES;

    Bystander(Position from) throws IOException {
        this.from = from;
        this.context = from.begin(from.plan().uses(USES));
    }

    /** Calls once. */
    void requireUnharmed() throws IOException {
        Permitted permitted = from.permit(context, Position.talk("x"));
        left--;
        if (permitted.left() != left) {
            throw new IllegalStateException("the bystander has " + permitted.left() + " and not " + left);
        }
    }
}
