package ambit.cli;

import ambit.audit.scope.Chunk;
import ambit.boundary.BoundaryRefused;
import ambit.boundary.BoundarySpec;
import ambit.boundary.Limits;
import ambit.boundary.Mount;
import ambit.boundary.Network;
import ambit.boundary.ProcessBoundary;
import ambit.boundary.RunningGuest;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Distribution;
import ambit.cli.text.Terminal;
import ambit.wire.Blob;
import ambit.wire.MalformedException;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Has documents taken apart by a program in a boundary of its own, which sees its jars and two pipes and nothing else: a document that
 * takes over its parser has taken over that. One that takes too long or kills it costs itself alone. Used by one thread.
 */
final class DocumentReader implements AutoCloseable {
    /** Bytes of one document. */
    static final long MAX_BYTES = 64L << 20;

    private static final int MAX_CHUNKS = 20_000;
    private static final int MAX_CHUNK = 256 << 10;

    /** Bytes of all chunks of a document: its text, and what is said of each piece. */
    private static final long MAX_TEXT = 2 * MAX_BYTES;

    private static final Duration EACH = Duration.ofMinutes(2);
    private static final Path JARS = Path.of("/opt/ambit");
    private static final Limits LIMITS =
            new Limits(2L << 30, 256, 1024, 64L << 20, 3600, Duration.ofHours(12), 256L << 20);

    /** What became of a document. */
    sealed interface Reading {
        record Chunks(List<Chunk> chunks) implements Reading {}

        /** There is no text to be had from it. */
        record Unreadable(String why) implements Reading {}

        /** Its name tells no format. */
        record Unknown() implements Reading {}
    }

    private final ProcessBoundary boundary;
    private final Distribution distribution;
    private Optional<Running> running = Optional.empty();

    private record Running(RunningGuest guest, DataOutputStream in, DataInputStream out) {}

    private DocumentReader(ProcessBoundary boundary, Distribution distribution) {
        this.boundary = boundary;
        this.distribution = distribution;
    }

    static DocumentReader open(Distribution distribution) {
        try {
            return new DocumentReader(ProcessBoundary.open(), distribution);
        } catch (BoundaryRefused e) {
            throw Failure.kernel(String.valueOf(e.getMessage()), e.hint()).because(e);
        }
    }

    Reading read(String name, byte[] document) {
        Running program = running.orElseGet(this::start);
        running = Optional.of(program);
        CompletableFuture<Reading> answer = CompletableFuture.supplyAsync(
                () -> exchange(program, name, document),
                work -> Thread.ofVirtual().start(work));
        try {
            return answer.get(EACH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            stop();
            return new Reading.Unreadable("taking it apart took longer than " + EACH.toMinutes() + " minutes");
        } catch (ExecutionException e) {
            stop();
            return new Reading.Unreadable("the program that takes documents apart did not survive it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.kernel("interrupted", "").because(e);
        }
    }

    private Running start() {
        List<String> command = List.of(
                Distribution.java().toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx1g",
                "-Djava.awt.headless=true",
                "-cp",
                JARS + "/*",
                "ambit.retrieval.document.Main");
        BoundarySpec.Builder spec = BoundarySpec.of(command)
                .hostname("documents")
                .network(new Network.None())
                .limits(LIMITS)
                .mount(new Mount.ReadOnly(distribution.lib("drivers"), JARS));
        Distribution.javaConfiguration().forEach(spec::mount);
        try {
            RunningGuest guest = boundary.start(spec.build());
            Thread.ofVirtual().start(() -> drain(guest));
            return new Running(
                    guest,
                    new DataOutputStream(new BufferedOutputStream(guest.stdin(), 1 << 16)),
                    new DataInputStream(new java.io.BufferedInputStream(guest.stdout(), 1 << 16)));
        } catch (BoundaryRefused e) {
            throw Failure.kernel(String.valueOf(e.getMessage()), e.hint()).because(e);
        }
    }

    /** What the parsers complain about is of no interest, and must not fill the pipe. */
    private static void drain(RunningGuest guest) {
        try {
            guest.stderr().transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            // the program has ended
        }
    }

    private static Reading exchange(Running program, String name, byte[] document) {
        try {
            program.in().writeUTF(name);
            program.in().writeInt(document.length);
            program.in().write(document);
            program.in().flush();
            List<Chunk> chunks = new ArrayList<>();
            long room = MAX_TEXT;
            while (true) {
                switch (program.out().readByte()) {
                    case 0 -> {
                        return new Reading.Chunks(chunks);
                    }
                    case 1 -> {
                        chunks.add(chunk(program.out(), chunks.size(), room));
                        room -= chunks.getLast().toBlob().size();
                    }
                    case 2 -> {
                        return new Reading.Unreadable(
                                Terminal.plain(program.out().readUTF()));
                    }
                    case 3 -> {
                        return new Reading.Unknown();
                    }
                    default -> throw new IOException("an answer of no kind that there is");
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Chunk chunk(DataInputStream out, int before, long room) throws IOException {
        int length = out.readInt();
        if (before >= MAX_CHUNKS || length < 0 || length > Math.min(MAX_CHUNK, room)) {
            throw new MalformedException("more chunks, or larger ones, than a document has");
        }
        byte[] bytes = new byte[length];
        out.readFully(bytes);
        return Chunk.parse(Blob.of(bytes));
    }

    private void stop() {
        running.ifPresent(program -> program.guest().close());
        running = Optional.empty();
    }

    @Override
    public void close() {
        stop();
        boundary.close();
    }
}
