package ambit.attacks.leak;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a kernel keeps memory: its own file, or a PostgreSQL server of this test, whose files are searched too. */
final class Store implements AutoCloseable {
    private final Optional<EmbeddedPostgres> server;
    private final Path data;

    private Store(Optional<EmbeddedPostgres> server, Path data) {
        this.server = server;
        this.data = data;
    }

    /** {@code sqlite} or {@code postgresql}. */
    static Store of(String name) throws IOException {
        return switch (name) {
            case "sqlite" -> new Store(Optional.empty(), Path.of(""));
            case "postgresql" -> {
                Path work = Path.of("target/postgres").toAbsolutePath();
                Path data = Files.createDirectories(work)
                        .resolve("leaks-" + ProcessHandle.current().pid());
                yield new Store(
                        Optional.of(EmbeddedPostgres.builder()
                                .setOverrideWorkingDirectory(work.toFile())
                                .setDataDirectory(data)
                                .start()),
                        data);
            }
            default -> throw new IllegalArgumentException("no such store: " + name);
        };
    }

    /** What {@code ambit.yaml} says of it. */
    String section() {
        return server.map(it -> "memory:\n  store: {at: \"postgresql://127.0.0.1:" + it.getPort()
                        + "/postgres\", user: postgres}\n")
                .orElse("");
    }

    /** Its files, where they are not the kernel's own. */
    Optional<Path> files() {
        return server.map(_ -> data);
    }

    @Override
    public void close() throws IOException {
        if (server.isPresent()) {
            server.get().close();
        }
    }
}
