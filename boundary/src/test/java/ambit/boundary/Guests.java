package ambit.boundary;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** Runs a guest to its end and keeps what it wrote. */
final class Guests {
    private Guests() {}

    record Outcome(Exit exit, String out, String err) {}

    static Outcome run(Boundary boundary, BoundarySpec spec) throws Exception {
        try (RunningGuest guest = boundary.start(spec)) {
            guest.stdin().close();
            CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> text(guest.stderr()));
            String out = text(guest.stdout());
            return new Outcome(guest.waitFor(), out, err.join());
        }
    }

    /** A program that lies beside the tests. */
    static String program(String name) {
        try (InputStream in = Objects.requireNonNull(Guests.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static BoundarySpec.Builder shell(String script) {
        return BoundarySpec.of(List.of("/bin/sh", "-c", script));
    }

    static BoundarySpec.Builder python(String script) {
        return BoundarySpec.of(List.of("/usr/bin/python3", "-c", script));
    }

    private static String text(java.io.InputStream stream) {
        try {
            return new String(stream.readNBytes(1 << 20), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
