package ambit.boundary;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Runs where the broker runs, inside a boundary of its own, and says how starting guests from there went. */
final class Inside {
    private Inside() {}

    public static void main(String[] arguments) throws Exception {
        try (ProcessBoundary boundary = ProcessBoundary.open()) {
            BoundaryReport report = boundary.check();
            System.out.println("launcher " + report.launcher() + " memory " + report.memory());
            listening(boundary);
            System.out.println("confined "
                    + Guests.run(
                                    boundary,
                                    Guests.shell(
                                                    "grep -cE '^Cap[A-Z][a-z]+:\\s0+$' /proc/self/status;"
                                                            + " unshare -U true 2>/dev/null && echo userns; ls /app /sys 2>/dev/null")
                                            .build())
                            .out()
                            .trim());
            Limits small = new Limits(64L << 20, 24, 64, 1L << 20, 20, Duration.ofSeconds(30), 1L << 20);
            String hog = """
                    import time
                    kept = []
                    for i in range(300):
                        kept.append(bytearray(b"x" * (1 << 20)))
                        time.sleep(0.003)
                    """;
            Guests.Outcome hogging =
                    Guests.run(boundary, Guests.python(hog).limits(small).build());
            System.out.println("memory " + hogging.exit().how());
            String forks = """
                    import os, time
                    try:
                        for i in range(100):
                            if os.fork() == 0:
                                time.sleep(60)
                    except OSError as e:
                        print("stopped", e.errno)
                    """;
            Guests.Outcome bomb =
                    Guests.run(boundary, Guests.python(forks).limits(small).build());
            System.out.println("forks " + bomb.out().trim());
        }
    }

    private static void listening(ProcessBoundary boundary) throws Exception {
        BoundarySpec spec = Guests.python(
                        "import socket\nprint(socket.create_connection(('localhost',7070),5).recv(9).decode())")
                .network(new Network.Loopback(7070))
                .build();
        try (RunningGuest first = boundary.start(spec);
                RunningGuest second = boundary.start(spec)) {
            answer(first, "first");
            answer(second, "second");
            System.out.println("uids differ " + (first.uid() != second.uid()));
        }
    }

    private static void answer(RunningGuest guest, String text) throws IOException {
        try (SocketChannel accepted = guest.loopback().orElseThrow().accept()) {
            accepted.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
        System.out.print("reached " + new String(guest.stdout().readAllBytes(), StandardCharsets.UTF_8));
    }
}
