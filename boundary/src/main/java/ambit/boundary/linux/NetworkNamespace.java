package ambit.boundary.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The network namespace of the <em>calling thread</em>.
 *
 * <p>Linux keeps namespaces per thread. Everything here therefore belongs on one platform thread that nothing else
 * uses: on a virtual thread these calls would move whichever carrier it happens to sit on.
 */
@SuppressWarnings("restricted") // native access is the purpose of this package
public final class NetworkNamespace implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM_CLOEXEC = 0x80002;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final short IFF_UP = 1;

    /** {@code struct ifreq}: a name of 16 bytes, then a union whose {@code ifr_flags} is a short. */
    private static final int IFREQ_BYTES = 40;

    private static final int IFREQ_FLAGS = 16;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle UNSHARE = libc("unshare", intOf(ValueLayout.JAVA_INT));
    private static final MethodHandle SETNS = libc("setns", intOf(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE = libc("close", intOf(ValueLayout.JAVA_INT));
    private static final MethodHandle OPEN =
            libc("open", intOf(ValueLayout.ADDRESS, ValueLayout.JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SOCKET =
            libc("socket", intOf(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle IOCTL = libc(
            "ioctl",
            intOf(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2));

    private int descriptor;

    private NetworkNamespace(int descriptor) {
        this.descriptor = descriptor;
    }

    /** The namespace that the calling thread is in now, held open until closed. */
    public static NetworkNamespace current() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom("/proc/thread-self/ns/net");
            return new NetworkNamespace(call(arena, "open a network namespace", OPEN, path, O_RDONLY_CLOEXEC));
        }
    }

    /**
     * Moves the calling thread into a new network namespace whose loopback interface is up.
     *
     * @throws IOException if the kernel refuses, for example for want of {@code CAP_SYS_ADMIN}; the thread may then be
     *     in the new namespace or in its old one
     */
    public static void enterNew() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            call(arena, "make a network namespace", UNSHARE, CLONE_NEWNET);
            int socket = call(arena, "open a socket", SOCKET, AF_INET, SOCK_DGRAM_CLOEXEC, 0);
            try {
                MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
                request.setString(0, "lo");
                call(arena, "read the loopback flags", IOCTL, socket, SIOCGIFFLAGS, request);
                short flags = request.get(ValueLayout.JAVA_SHORT, IFREQ_FLAGS);
                request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, (short) (flags | IFF_UP));
                call(arena, "bring loopback up", IOCTL, socket, SIOCSIFFLAGS, request);
            } finally {
                call(arena, "close a socket", CLOSE, socket);
            }
        }
    }

    /** Moves the calling thread into this namespace. */
    public void enter() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            call(arena, "return to a network namespace", SETNS, descriptor, CLONE_NEWNET);
        }
    }

    @Override
    public void close() throws IOException {
        if (descriptor >= 0) {
            int closing = descriptor;
            descriptor = -1;
            try (Arena arena = Arena.ofConfined()) {
                call(arena, "close a network namespace", CLOSE, closing);
            }
        }
    }

    private static FunctionDescriptor intOf(MemoryLayout... parameters) {
        return FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters);
    }

    private static MethodHandle libc(String name, FunctionDescriptor signature, Linker.Option... options) {
        SymbolLookup lookup = LINKER.defaultLookup();
        Linker.Option[] all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = Linker.Option.captureCallState("errno");
        // As a spreader, so that one call site serves every signature: these calls are few and slow anyway.
        return LINKER.downcallHandle(lookup.findOrThrow(name), signature, all)
                .asSpreader(1, Object[].class, signature.argumentLayouts().size());
    }

    private static int call(Arena arena, String what, MethodHandle function, Object... arguments) throws IOException {
        MemorySegment state = arena.allocate(STATE);
        int result = invoke(function, state, arguments);
        if (result < 0) {
            throw new IOException("could not " + what + ": errno " + (int) ERRNO.get(state, 0L));
        }
        return result;
    }

    private static int invoke(MethodHandle function, MemorySegment state, Object[] arguments) {
        try {
            return (int) function.invoke(state, arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a native call failed", e);
        }
    }
}
