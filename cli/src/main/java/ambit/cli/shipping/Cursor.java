package ambit.cli.shipping;

import ambit.audit.LogTail.Place;
import ambit.cli.text.JsonText;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * How far a destination has been shipped to.
 *
 * @param origin of the log, as its first entry says; empty before
 * @param problem why the last delivery failed; empty if it did not
 */
public record Cursor(String to, String origin, Place place, long atMs, String problem) {

    static Cursor start(String to) {
        return new Cursor(to, "", Place.START, 0, "");
    }

    Cursor at(String origin, Place place, long atMs) {
        return new Cursor(to, origin, place, atMs, "");
    }

    Cursor with(String problem) {
        return new Cursor(to, origin, place, atMs, problem);
    }

    /** Replaces the file; the new content is on the disk before the old one is gone. */
    void write(Path file) throws IOException {
        Json json = JsonText.object(
                "to", to,
                "origin", origin,
                "index", place.index(),
                "offset", place.offset(),
                "chain", place.chain().toHex(),
                "atMs", atMs,
                "problem", problem);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap((JsonText.write(json) + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /**
     * Reads a file that {@link #write} wrote.
     *
     * @throws IOException if it is not there or not one
     */
    static Cursor read(Path file) throws IOException {
        try {
            Map<String, Json> members = ((Json.Obj) Json.parse(Blob.of(Files.readAllBytes(file)))).members();
            return new Cursor(
                    text(members, "to"),
                    text(members, "origin"),
                    new Place(
                            number(members, "index"), number(members, "offset"), Blob.fromHex(text(members, "chain"))),
                    number(members, "atMs"),
                    text(members, "problem"));
        } catch (MalformedException | ClassCastException | IllegalArgumentException e) {
            throw new IOException(
                    file + " does not say how far events were shipped; without it all are shipped again", e);
        }
    }

    private static String text(Map<String, Json> members, String name) {
        return members.get(name) instanceof Json.Str(String value) ? value : "";
    }

    private static long number(Map<String, Json> members, String name) {
        if (members.get(name) instanceof Json.Int(long value) && value >= 0) {
            return value;
        }
        throw new IllegalArgumentException("no " + name);
    }
}
