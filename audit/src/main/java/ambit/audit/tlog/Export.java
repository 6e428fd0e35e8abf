package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.audit.LogVerifier;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A directory that any web server can serve: a log up to one of its checkpoints as C2SP tlog-tiles. It grows with the log; its checkpoint is
 * replaced last, when everything that it is over is on the disk. One process at a time writes it.
 */
public final class Export {
    private static final String CHECKPOINT = "checkpoint";

    private final Path directory;
    private final Set<Path> changed = new LinkedHashSet<>();

    /** What was exported. */
    public record Exported(long before, long size) {}

    /** The export in this directory, which need not exist yet. */
    public Export(Path directory) {
        this.directory = directory;
    }

    /**
     * Goes on to {@code note}, or to the log's own checkpoint.
     *
     * @param log the log's directory
     * @param note a checkpoint of the log that others have cosigned; the log's own if there is none, or the export is beyond it
     * @throws JournalException if the log is not intact, or does not continue what was exported before
     */
    public Exported update(Path log, Blob coreKey, Optional<Note> note) throws IOException {
        return update(log, Optional.empty(), coreKey, note);
    }

    /** The same together with the parts of the log that were moved to {@code archive}. All entries must be there. */
    public Exported update(Path log, Optional<Path> archive, Blob coreKey, Optional<Note> note) throws IOException {
        List<Note> kept = new ArrayList<>();
        long before = 0;
        if (Files.exists(directory.resolve(CHECKPOINT))) {
            Note last = Note.parse(Files.readAllBytes(directory.resolve(CHECKPOINT)));
            before = Checkpoint.of(last).head().size();
            kept.add(last);
        }
        long floor = before;
        Note goal = note.filter(it -> Checkpoint.of(it).head().size() >= floor).orElse(LogVerifier.checkpoint(log));
        kept.add(goal);
        long size = Checkpoint.of(goal).head().size();
        TileWriter writer = new TileWriter((tile, bytes) -> write(tile, bytes, floor));
        Note published;
        try {
            LogVerifier.Result result = LogVerifier.read(log, archive, coreKey, kept, (index, bytes, _) -> {
                if (index < size) {
                    writer.add(index, bytes);
                }
            });
            published = switch (result) {
                case LogVerifier.Broken(String sentence) ->
                    throw new JournalException("the log does not go on from what is in " + directory + ": " + sentence);
                case LogVerifier.Intact intact -> intact.succession().under(goal);
            };
            writer.finish();
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
        for (Path path : changed) {
            sync(path);
        }
        replace(directory.resolve(CHECKPOINT), published.toString().getBytes(UTF_8));
        sync(directory);
        return new Exported(before, size);
    }

    /** Tiles that were whole before stay as they are. */
    private void write(Tile tile, byte[] bytes, long before) {
        long shift = 8L * Math.max(tile.level(), 0);
        if (tile.index() * Tile.FULL + tile.width() <= before >> shift
                && Files.exists(directory.resolve(tile.path()))) {
            return;
        }
        try {
            replace(directory.resolve(tile.path()), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private void replace(Path file, byte[] bytes) throws IOException {
        Path parent = file.resolveSibling(".").normalize();
        Files.createDirectories(parent);
        Path fresh = parent.resolve(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        for (Path made = parent;
                made.startsWith(directory);
                made = made.resolveSibling(".").normalize()) {
            changed.add(made);
            if (made.equals(directory)) {
                return;
            }
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
