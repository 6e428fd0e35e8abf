package ambit.fuzz;

import java.io.IOException;

/** Where Jazzer comes in; the system property {@code ambit.fuzz.target} names the target. */
public final class Fuzz {
    private static final Target TARGET = Target.named(System.getProperty("ambit.fuzz.target", ""));

    private Fuzz() {}

    /** Called by Jazzer with every input. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Bounded.check(TARGET, input);
    }
}
