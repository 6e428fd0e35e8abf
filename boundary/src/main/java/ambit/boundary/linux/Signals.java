package ambit.boundary.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The one signal that the JDK can not send. */
@SuppressWarnings("restricted") // native access is the purpose of this package
public final class Signals {
    private static final int SIGSTOP = 19;

    private static final MethodHandle KILL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Signals() {}

    /**
     * Stops a process, which takes effect soon after this returns.
     *
     * @param pid a process that the caller has not waited for, so that the pid can not have been reused
     * @return whether the signal was sent
     */
    public static boolean stop(long pid) {
        try {
            return (int) KILL.invokeExact((int) pid, SIGSTOP) == 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a native call failed", e);
        }
    }
}
