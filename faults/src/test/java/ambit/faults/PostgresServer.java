package ambit.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/**
 * A PostgreSQL server with a cluster of its own, which syncs what it should and would rather answer a commit before: that it does not is up
 * to the client.
 */
final class PostgresServer implements AutoCloseable {
    static final String USER = "postgres";

    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    private static final int READY_SECONDS = 60;

    private final Path data;
    private final int port;
    private final List<Warden> wardens = new ArrayList<>();
    private Process process;

    private PostgresServer(Path data, int port, Process process) {
        this.data = data;
        this.port = port;
        this.process = process;
    }

    /** Binaries and an empty cluster, made once for all tests of a build. */
    private static final class Template {
        private static final Path PROGRAMS = Path.of("target", "postgresql").toAbsolutePath();
        private static final Path CLUSTER = make();

        private static Path make() {
            try {
                Path marker = PROGRAMS.resolve("cluster.made");
                Path cluster = PROGRAMS.resolve("cluster");
                if (!Files.exists(marker)) {
                    if (Files.exists(PROGRAMS)) {
                        Command.remove(PROGRAMS);
                    }
                    unpack(Files.createDirectories(PROGRAMS));
                    Command.run(
                            "unshare",
                            "--user",
                            program("initdb"),
                            "--pgdata=" + cluster,
                            "--username=" + USER,
                            "--auth=trust",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--wal-segsize=1",
                            "--no-sync");
                    Files.createFile(marker);
                }
                return cluster;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private static void unpack(Path directory) throws IOException {
            Process tar = new ProcessBuilder("tar", "-x", "-C", directory.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (InputStream packed = PostgresServer.class.getResourceAsStream(ARCHIVE);
                    OutputStream out = tar.getOutputStream()) {
                if (packed == null) {
                    throw new IOException("there are no binaries of PostgreSQL among the test's jars");
                }
                try (XZInputStream plain = new XZInputStream(packed)) {
                    plain.transferTo(out);
                }
            }
            if (tar.onExit().join().exitValue() != 0) {
                throw new IOException("the binaries of PostgreSQL cannot be unpacked");
            }
        }

        private static String program(String name) {
            return PROGRAMS.resolve("bin").resolve(name).toString();
        }
    }

    /** On the cluster in {@code data}, which is made when there is none, and recovers when its server was killed. */
    static PostgresServer start(Path data) throws IOException {
        if (!Files.exists(data)) {
            Command.run("cp", "-a", Template.CLUSTER.toString(), data.toString());
            Command.run("sync", "-f", data.toString());
        }
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        PostgresServer server = new PostgresServer(data, port, launch(data, port));
        server.awaitReady();
        return server;
    }

    /** It refuses to be root, so it is nobody, in a namespace where root's files are nobody's, too. */
    private static Process launch(Path data, int port) throws IOException {
        Files.deleteIfExists(data.resolve("postmaster.pid"));
        List<String> command =
                new ArrayList<>(List.of("unshare", "--user", Template.program("postgres"), "-D", data.toString()));
        for (String setting : List.of(
                "port=" + port,
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "fsync=on",
                "full_page_writes=on",
                "synchronous_commit=off",
                "shared_buffers=16MB",
                "max_connections=40",
                "min_wal_size=2MB",
                "max_wal_size=8MB",
                "checkpoint_timeout=30s",
                "restart_after_crash=on",
                "dynamic_shared_memory_type=mmap")) {
            command.addAll(List.of("-c", setting));
        }
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        Template.PROGRAMS.resolve("server.log").toFile()))
                .start();
    }

    private void awaitReady() throws IOException {
        wardens.add(Warden.ofProcess(process.pid()));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException("PostgreSQL does not start on " + data);
            }
            pause();
        }
    }

    private boolean answers() {
        try (java.sql.Connection _ = java.sql.DriverManager.getConnection("jdbc:" + address(), USER, "")) {
            return true;
        } catch (java.sql.SQLException e) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(30);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted while PostgreSQL starts");
        }
    }

    Path data() {
        return data;
    }

    String address() {
        return "postgresql://127.0.0.1:" + port + "/postgres";
    }

    List<Long> pids() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    boolean hasEnded() {
        return !process.isAlive();
    }

    /** As its operator does, without waiting for those who are connected. */
    void stop() throws IOException {
        Command.run("kill", "-INT", Long.toString(process.pid()));
        process.onExit().join();
    }

    /** The server and all of its processes. */
    void kill() {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
        all.forEach(each -> each.onExit().join());
    }

    /** At the same address. */
    void startAgain() throws IOException {
        process = launch(data, port);
        awaitReady();
    }

    @Override
    public void close() throws IOException {
        kill();
        for (Warden warden : wardens) {
            warden.close();
        }
    }
}
