package ambit.cli;

import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A project whose log a test writes itself, and this command in processes of its own. */
final class TestLog implements AutoCloseable {
    static final Blob ID = Blob.of(new byte[16]);
    static final Blob HASH = Blob.of(new byte[32]);

    private final Path directory;
    private final LogKey key;
    private Journal journal;

    /** A log with its first entry. */
    TestLog(Path directory) throws IOException {
        this.directory = directory;
        new Shell(directory).run("init");
        SigningKey core = SigningKey.generate();
        Files.createDirectories(path().getParent());
        PublicKeyFile.write(directory.resolve(".ambit/core/core.pub"), core.publicKey());
        key = new LogKey("ambit/test", core);
        journal = Journal.open(FileStorage.open(path()), key);
        add(new Entry.Boot(1, "ambit/test", core.publicKey(), 0));
    }

    /** Begins a log of so many other entries, by the same core, where this one was, and ends. */
    void begin(String json, int count) throws IOException {
        journal = Journal.open(FileStorage.open(path()), key);
        add(new Entry.Boot(2, "ambit/test", key.key().publicKey(), 0));
        for (int i = 1; i < count; i++) {
            add(event(json));
        }
        journal.close();
    }

    /** Goes on with so many entries of a guest after {@link #close}, and ends again. */
    void grow(int from, int count) throws IOException {
        journal = Journal.open(FileStorage.open(path()), key);
        addEvents(from, count);
        journal.close();
    }

    Path path() {
        return directory.resolve(".ambit/core/log");
    }

    /** Appends, and returns when it is on the disk. */
    long add(Entry entry) {
        long index = journal.append(Entry.encode(entry));
        journal.awaitDurable(index);
        return index;
    }

    /** Appends, and returns at once. */
    void append(Entry entry) {
        journal.append(Entry.encode(entry));
    }

    /** Returns when all is on the disk. */
    void sync() {
        journal.awaitDurable(journal.size() - 1);
    }

    /** Has the core need nothing of what is there to start. */
    void snapshot() {
        journal.snapshot(new Journal.Fold() {
            @Override
            public void entry(long index, byte[] entry) {}

            @Override
            public List<byte[]> sum() {
                return List.of();
            }
        });
    }

    /** So many entries of a guest, with the numbers from {@code from} in them. */
    void addEvents(int from, int count) {
        for (int i = from; i < from + count; i++) {
            journal.append(Entry.encode(event("{\"n\":" + i + "}")));
        }
        journal.awaitDurable(journal.size() - 1);
    }

    static Entry event(String json) {
        return new Entry.GuestEvent(1_700_000_000_123L, ID, "t", Blob.of(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** Starts the command in a process of its own; its results go to {@code output}, and what it says besides to a file beside it. */
    static Process start(Path directory, Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        String modules = System.getProperty("jdk.module.path", "");
        command.addAll(
                modules.isEmpty()
                        ? List.of("-cp", System.getProperty("java.class.path"), "ambit.cli.Main")
                        : List.of("--module-path", modules, "-m", "ambit.cli/ambit.cli.Main"));
        command.addAll(List.of("-C", directory.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        output.resolveSibling("error").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    @Override
    public void close() {
        journal.close();
    }
}
