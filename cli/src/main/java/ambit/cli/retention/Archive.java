package ambit.cli.retention;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import ambit.audit.LogTail;
import ambit.log.JournalException;
import ambit.log.Segments;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A directory of old parts of one log, each gzip'd, with its checksum in a file that {@code sha256sum -c} reads. A part is removed from the log
 * when its copy is on the disk and was read back. The parts are moved in their order, so that whenever this ends, what is left in the log has no gap.
 */
public final class Archive {
    private final Path log;
    private final Path directory;

    /** Of the log in {@code log}. */
    public Archive(Path log, Path directory) {
        this.log = log;
        this.directory = directory;
    }

    /**
     * The oldest parts of the log that may be moved: each ended before {@code cutoff}, was shipped, and is not needed by the core, which
     * starts from its snapshot. The newest complete part always stays.
     *
     * @param needed the offset from which on the core needs entries to start
     * @param shipped the first index that some destination has yet to get
     */
    public List<Part> movable(long needed, Instant cutoff, long shipped) throws IOException {
        List<Part> parts = parts();
        List<Part> movable = new ArrayList<>();
        for (Part part : parts.subList(0, Math.max(0, parts.size() - 1))) {
            if (part.end() > needed || part.last() + 1 >= shipped || part.lastAtMs() >= cutoff.toEpochMilli()) {
                break;
            }
            movable.add(part);
        }
        return movable;
    }

    /** The complete parts that are still in the log, in their order. */
    private List<Part> parts() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(log, "entries.[0-9]*")) {
            found.forEach(files::add);
        }
        files.sort(null);
        List<Part> parts = new ArrayList<>();
        try (LogTail tail = LogTail.open(log, Optional.of(directory), LogTail.Place.START)) {
            for (Path file : files) {
                long begin = Segments.begin(file);
                tail.read(begin, (_, _, _) -> true);
                long first = tail.place().index();
                long[] atMs = {0};
                tail.read(begin + Files.size(file), (_, entry, _) -> {
                    atMs[0] = entry.atMs();
                    return true;
                });
                parts.add(new Part(
                        file, begin, Files.size(file), first, tail.place().index() - 1, atMs[0]));
            }
        }
        return parts;
    }

    /** Copies a part, reads the copy back, and removes the part. */
    public void move(Part part) throws IOException {
        String name = part.file().getFileName() + ".gz";
        Path copy = directory.resolve(name);
        Path fresh = directory.resolve(name + ".new");
        Blob original;
        try (FileChannel channel = FileChannel.open(fresh, CREATE, WRITE, TRUNCATE_EXISTING)) {
            try (InputStream in = Files.newInputStream(part.file())) {
                original = pack(in, channel);
            }
            channel.force(true);
        }
        Files.move(fresh, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (InputStream in = new GZIPInputStream(Files.newInputStream(copy))) {
            if (!digest(in).equals(original)) {
                throw new JournalException(copy + " is not what was written to it; nothing was removed from the log");
            }
        }
        try (InputStream in = Files.newInputStream(copy)) {
            write(directory.resolve(name + ".sha256"), digest(in).toHex() + "  " + name + "\n");
        }
        sync(directory);
        Files.delete(part.file());
        sync(log);
    }

    private static Blob pack(InputStream in, FileChannel channel) throws IOException {
        MessageDigest digest = sha256();
        // Closing the stream would close the channel, which is synced first.
        GZIPOutputStream out = new GZIPOutputStream(Channels.newOutputStream(channel));
        new DigestInputStream(in, digest).transferTo(out);
        out.finish();
        return Blob.of(digest.digest());
    }

    private static Blob digest(InputStream in) throws IOException {
        MessageDigest digest = sha256();
        new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
        return Blob.of(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void write(Path file, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(file, CREATE, WRITE, TRUNCATE_EXISTING)) {
            channel.write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }
}
