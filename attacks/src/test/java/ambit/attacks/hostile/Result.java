package ambit.attacks.hostile;

import ambit.wire.CoreToBroker;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;

/**
 * What an attack came to.
 *
 * @param succeeded whether something happened that must not
 * @param answer what it was answered, in words that are the same every time
 */
record Result(boolean succeeded, String answer) {
    /** The connection was closed on it. */
    static final Result CLOSED = failed("connection closed");

    /** There was no way to what it wanted. */
    static final Result OUT_OF_REACH = failed("out of reach");

    /** The core refused to start. */
    static final Result NOT_STARTED = failed("core does not start");

    static Result failed(String answer) {
        return new Result(false, answer);
    }

    static Result refused(Denial code) {
        return failed(code.name());
    }

    static Result success(String what) {
        return new Result(true, what);
    }

    /** Any answer of the core but a refusal is a success. */
    static Result of(CoreToBroker answer) {
        return answer instanceof CoreToBroker.Denied denied
                ? refused(denied.code())
                : success("the core answered " + answer.getClass().getSimpleName());
    }

    /** Any answer of a driver but a failure is a success. */
    static Result of(DriverToBroker answer) {
        return answer instanceof DriverToBroker.Failed failed
                ? refused(failed.code())
                : success("the driver answered " + answer.getClass().getSimpleName());
    }

    /** Of so many attempts, this many got through, and {@code most} may. */
    static Result counted(long through, long attempts, long most) {
        String words = through + " of " + attempts;
        return through <= most ? failed(words) : success(words);
    }
}
