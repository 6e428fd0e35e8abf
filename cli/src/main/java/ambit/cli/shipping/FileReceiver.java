package ambit.cli.shipping;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * JSON lines at the end of a file, on the disk when {@link #deliver} returns. The file is opened anew for each delivery, so that it can be
 * moved away at any time. An event that is its last line already is not written twice, and a line that a crash left incomplete is cut off.
 */
final class FileReceiver implements Receiver {
    private static final int LONGEST_LINE = 1 << 20;

    /** How each of our lines begins. */
    private static final String BEGINNING = "{\"index\":";

    private final Path file;

    FileReceiver(Path file) {
        this.file = file;
    }

    @Override
    public int mostCharacters() {
        return LONGEST_LINE / 2;
    }

    @Override
    public void deliver(List<Event> events) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(CREATE, READ, WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")))) {
            String last = lastLine(channel);
            StringBuilder lines = new StringBuilder();
            for (Event event : events.subList(after(last, events), events.size())) {
                lines.append(event.json(mostCharacters())).append('\n');
            }
            ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
            channel.position(channel.size());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            throw new IOException("cannot write to " + file + ": " + e.getMessage(), e);
        }
    }

    /** The last whole line; what is behind it is cut off. */
    private String lastLine(FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer end = ByteBuffer.allocate((int) Math.min(size, 2 * LONGEST_LINE));
        while (end.hasRemaining() && channel.read(end, size - end.capacity() + end.position()) > 0) {
            // Until all of it is there.
        }
        String text = new String(end.array(), StandardCharsets.ISO_8859_1);
        int newline = text.lastIndexOf('\n');
        if (newline < text.length() - 1) {
            String torn = text.substring(newline + 1);
            if (!torn.startsWith(BEGINNING) && !BEGINNING.startsWith(torn)) {
                throw new IOException("its last line is not an event of a log, and has no end");
            }
            channel.truncate(size - torn.length());
        }
        return newline < 0 ? "" : text.substring(text.lastIndexOf('\n', newline - 1) + 1, newline);
    }

    /** How many of the events stand in the file already, the last of them in this line. */
    private static int after(String line, List<Event> events) {
        Optional<Json.Obj> last = parsed(line);
        for (int i = 0; last.isPresent() && i < events.size(); i++) {
            Event event = events.get(i);
            if (new Json.Int(event.index()).equals(last.get().members().get("index"))
                    && new Json.Str(event.leaf()).equals(last.get().members().get("leaf"))
                    && new Json.Str(event.origin()).equals(last.get().members().get("origin"))) {
                return i + 1;
            }
        }
        return 0;
    }

    private static Optional<Json.Obj> parsed(String line) {
        try {
            return Json.parse(Blob.of(line.getBytes(StandardCharsets.ISO_8859_1))) instanceof Json.Obj object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }
}
