package ambit.wire;

import java.io.IOException;

/**
 * Bytes from outside that are not exactly what their format demands.
 *
 * <p>Checked, so that a reader of foreign bytes has to say what a refusal means there. The message names the violated
 * rule and never quotes the input.
 */
public final class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;

    public MalformedException(String rule) {
        super(rule);
    }
}
