package ambit.boundary;

import ambit.boundary.KernelProcesses.Party;
import ambit.boundary.KernelProcesses.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Does what the supervisor does, with test programs in the places of core and broker. First argument: the classes. */
final class Supervised {
    private static final Path APP = Path.of("/app");

    private Supervised() {}

    public static void main(String[] arguments) throws Exception {
        Path classes = Path.of(arguments[0]);
        Path shared = Files.createDirectories(Path.of(arguments[1]));
        try (KernelProcesses kernel = KernelProcesses.open()) {
            if (arguments.length > 2) {
                holdForEver(kernel, classes, shared);
            }
            kernel.share(shared, Role.CORE, Role.BROKER);
            System.out.println("separate uids " + kernel.separateUids());
            peers(kernel, classes, shared);
            try (RunningGuest broker =
                    kernel.start(spec(Role.BROKER, classes, shared, true, "ambit.boundary.Inside"))) {
                print("inside", broker);
            }
            List<String> look = List.of(
                    "/bin/sh",
                    "-c",
                    "grep -E '^Cap|^NoNew|^Seccomp:' /proc/self/status | tr -d '\\t\\n';"
                            + " echo; ls / | tr '\\n' ' '; ls /proc/self/fd | tr '\\n' ' '; ls /home /root /work 2>/dev/null; unshare -U true");
            try (RunningGuest core = kernel.start(new KernelProcesses.Spec(
                    Role.CORE, look, Map.of("PATH", "/usr/bin:/bin"), List.of(), new Network.None(), false, 1 << 20))) {
                print("core", core);
            }
        }
    }

    /** Waits to be killed with a core and a broker running. */
    private static void holdForEver(KernelProcesses kernel, Path classes, Path shared) throws Exception {
        for (Role role : List.of(Role.CORE, Role.BROKER)) {
            RunningGuest running = kernel.start(
                    spec(role, classes, shared, role == Role.BROKER, "ambit.boundary.Peers", "listen", "/tmp/s"));
            require(reader(running).readLine(), "listening", running);
        }
        System.out.println("holding");
        Thread.sleep(Duration.ofDays(1));
    }

    /** Core listens; broker connects, then we do. Each name must be the one that was foretold. */
    private static void peers(KernelProcesses kernel, Path classes, Path shared) throws Exception {
        Party host = new Party.HostUser();
        Party core = new Party.Kernel(Role.CORE);
        Party broker = new Party.Kernel(Role.BROKER);
        try (RunningGuest listening =
                kernel.start(spec(Role.CORE, classes, shared, false, "ambit.boundary.Peers", "listen", "/run/s/a"))) {
            BufferedReader out = reader(listening);
            require(out.readLine(), "listening", listening);
            try (RunningGuest connecting = kernel.start(
                    spec(Role.BROKER, classes, shared, true, "ambit.boundary.Peers", "connect", "/run/s/a"))) {
                require(reader(connecting).readLine(), kernel.peerName(broker, core, true), connecting);
            }
            require(out.readLine(), kernel.peerName(core, broker, false), listening);
        }
        for (boolean nestable : new boolean[] {false, true}) {
            String socket = "host" + nestable;
            try (RunningGuest listening = kernel.start(
                    spec(Role.CORE, classes, shared, nestable, "ambit.boundary.Peers", "listen", "/run/s/" + socket))) {
                BufferedReader out = reader(listening);
                require(out.readLine(), "listening", listening);
                try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(shared.resolve(socket)))) {
                    require(Peers.peer(channel), kernel.peerName(host, core, false), listening);
                }
                require(out.readLine(), kernel.peerName(core, host, nestable), listening);
            }
        }
        System.out.println("peers as foretold");
    }

    private static KernelProcesses.Spec spec(
            Role role, Path classes, Path shared, boolean nestable, String main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                APP.toString(),
                main));
        command.addAll(List.of(arguments));
        List<Mount> mounts = List.of(new Mount.ReadOnly(classes, APP), new Mount.Writable(shared, Path.of("/run/s")));
        return new KernelProcesses.Spec(
                role, command, Map.of("PATH", "/usr/bin:/bin"), mounts, new Network.None(), nestable, 64L << 20);
    }

    private static void require(String actual, String expected, RunningGuest from) throws IOException {
        if (!expected.equals(actual)) {
            from.kill();
            String end = from.onExit().join().toString();
            throw new IllegalStateException("expected " + expected + " but got " + actual + ", " + end + ": "
                    + new String(from.stderr().readNBytes(4000), StandardCharsets.UTF_8));
        }
    }

    private static BufferedReader reader(RunningGuest guest) {
        return new BufferedReader(new InputStreamReader(guest.stdout(), StandardCharsets.UTF_8));
    }

    private static void print(String name, RunningGuest guest) throws IOException, InterruptedException {
        guest.stdin().close();
        System.out.print(new String(guest.stdout().readAllBytes(), StandardCharsets.UTF_8));
        System.out.print(new String(guest.stderr().readAllBytes(), StandardCharsets.UTF_8));
        System.out.println(name + " " + guest.waitFor().code());
    }
}
